"""What the registry clerk does with numbered copies, and what each nation hears of the other's.

| module | what |
|---|---|
| `asking` | may this copy be made, or lie there in these hands? agreement or national rule |
| `beginning` | who acts, on which copy, in the order in which an act is refused |
| `copying` | one more copy; a copy at another place, in other hands, with another mark |
| `ending` | returned, or destroyed before a witness and certified |
| `disclosures` | who read an item, and how each proved to be who they are |

Spec: spec/exchange.md §10; R16, R27, R39, R40, R41, R47, R48.
"""

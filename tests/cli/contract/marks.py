"""What each national mark means, or that it is refused: every example and trap of the marking guides, as one line each.

READ: syntax, text, what the label says, and the canonical text where it differs. REFUSED: syntax, text, code, position.
"""

H = "X-Protective-Marking: VER=2025.1, NS=gov.au, "


def _headers(*rows):
    return [("au-header", H + text, *rest) for text, *rest in rows]


def _one(syntax, *rows):
    return [(syntax, *row) for row in rows]


READ = [
    *_headers(
        ("SEC=UNOFFICIAL", "UNOFFICIAL"), ("SEC=OFFICIAL", "OFFICIAL"), ("SEC=OFFICIAL:Sensitive", "OFFICIAL: Sensitive"),
        ("SEC=PROTECTED", "PROTECTED"), ("SEC=SECRET", "SECRET"), ("SEC=TOP-SECRET", "TOP SECRET"),
        ("SEC=SECRET, CAVEAT=C:WOMBAT", "SECRET | Codeword=WOMBAT"),
        ("SEC=SECRET, CAVEAT=FG:JPN SECRET", "SECRET | Foreign Government=JPN SECRET"),
        ("SEC=SECRET, CAVEAT=RI:AUSTEO", "SECRET | Caveat=AUSTEO"), ("SEC=SECRET, CAVEAT=RI:AGAO", "SECRET | Caveat=AGAO"),
        ("SEC=SECRET, CAVEAT=RI:REL AUS/JPN", "SECRET | Releasable To=AUS,JPN"),
        ("SEC=SECRET, CAVEAT=RI:REL AUS/CAN/GBR/NZL/USA", "SECRET | Releasable To=AUS,CAN,GBR,NZL,USA"),
        ("SEC=SECRET, CAVEAT=SH:DELICATE SOURCE", "SECRET | Caveat=DELICATE SOURCE"),
        ("SEC=SECRET, CAVEAT=SH:ORCON", "SECRET | Caveat=ORCON"), ("SEC=PROTECTED, CAVEAT=SH:CABINET", "PROTECTED | Caveat=CABINET"),
        ("SEC=OFFICIAL:Sensitive, CAVEAT=SH:NATIONAL-CABINET", "OFFICIAL: Sensitive | Caveat=NATIONAL CABINET"),
        ("SEC=SECRET, CAVEAT=SH:EXCLUSIVE-FOR Jane Doe", "SECRET | Caveat=EXCLUSIVE-FOR Jane Doe"),
        ("SEC=SECRET, CAVEAT=C:A, CAVEAT=FG:B, CAVEAT=RI:AUSTEO, CAVEAT=SH:CABINET",
         "SECRET | Caveat=AUSTEO,CABINET | Codeword=A | Foreign Government=B"),
        ("SEC=SECRET, ACCESS=Legal-Privilege, ACCESS=Legislative-Secrecy, ACCESS=Personal-Privacy",
         "SECRET | Access=Legal-Privilege,Legislative-Secrecy,Personal-Privacy"),
        (r"SEC=SECRET, NOTE=Hello\, world\: x\\", "SECRET | Note=Hello, world: x\\", H + r"SEC=SECRET, NOTE=Hello\, world: x\\"),
        ("SEC=SECRET, NOTE=" + "x" * 128, "SECRET | Note=" + "x" * 128),
        ("SEC=SECRET, ORIGIN=a@defence.gov.au", "SECRET | Origin=a@defence.gov.au"),
        ("SEC=SECRET, EXPIRES=Release of the budget, DOWNTO=OFFICIAL", "SECRET | Downgrade Event=Release of the budget | Downgrade To=OFFICIAL"),
    ),
    ("au-header", "X-Protective-Marking: VER=2018.6, NS=gov.au, SEC=SECRET", "SECRET", H + "SEC=SECRET"),
    ("au-header", "X-Protective-Marking: VER=2024.1, NS=gov.au, SEC=SECRET", "SECRET", H + "SEC=SECRET"),
    ("au-header", "X-Protective-Marking: VER=2012.3, NS=gov.au, SEC=CONFIDENTIAL, ORIGIN=a@b.au", "CONFIDENTIAL | Origin=a@b.au"),
    ("au-header", "X-Protective-Marking: VER=2005.6, NS=gov.au, SEC=RESTRICTED", "RESTRICTED",
     "X-Protective-Marking: VER=2012.3, NS=gov.au, SEC=RESTRICTED"),
    *_one("au-subject", ("[SEC=SECRET]", "SECRET"),
          ("Budget [SEC=PROTECTED, CAVEAT=SH:CABINET]", "PROTECTED | Caveat=CABINET", "[SEC=PROTECTED, CAVEAT=SH:CABINET]"),
          ("[SEC=SECRET, EXPIRES=2030-01-01, DOWNTO=OFFICIAL]", "SECRET"),
          ("[SEC=TOP-SECRET, CAVEAT=C:X, CAVEAT=RI:AUSTEO, ACCESS=Legal-Privilege]", "TOP SECRET | Access=Legal-Privilege | Caveat=AUSTEO | Codeword=X")),
    *_one("au-document", ("OFFICIAL: Sensitive", "OFFICIAL: Sensitive"), ("TOP SECRET", "TOP SECRET"), ("PROTECTED", "PROTECTED"),
          ("SECRET//AUSTEO", "SECRET | Caveat=AUSTEO"), ("SECRET//REL AUS/JPN", "SECRET | Releasable To=AUS,JPN"),
          ("SECRET//CODEWORD WOMBAT", "SECRET | Codeword=WOMBAT"), ("OFFICIAL: Sensitive//NATIONAL CABINET", "OFFICIAL: Sensitive | Caveat=NATIONAL CABINET"),
          ("CONFIDENTIAL", "CONFIDENTIAL"), ("RESTRICTED", "RESTRICTED"), ("HIGHLY PROTECTED", "HIGHLY PROTECTED"),
          ("ＳＥＣＲＥＴ", "SECRET", "SECRET"), ("SECRET／／AUSTEO", "SECRET | Caveat=AUSTEO", "SECRET//AUSTEO"),
          ("SECRET//EXCLUSIVE\u00a0FOR\u3000Jane Doe", "SECRET | Caveat=EXCLUSIVE-FOR Jane Doe", "SECRET//EXCLUSIVE FOR Jane Doe")),
    *_one("jp", *((mark, mark) for mark in (
        "特定秘密", "極秘", "秘", "機密", "取扱注意", "注意", "部内限り", "重要経済安保情報", "特別防衛秘密(機密)", "特別防衛秘密(極秘)",
        "特別防衛秘密(秘)", "機密性1情報", "機密性2情報", "機密性3情報", "防衛秘密", "衛星秘密", "特別管理秘密")),
          ("極秘文書", "極秘", "極秘"), ("秘文書", "秘", "秘"), ("Kimitsu", "機密", "機密"), ("Gokuhi", "極秘", "極秘"), ("Hi", "秘", "秘"),
          ("Tokutei Himitsu", "特定秘密", "特定秘密"), ("Bouei Himitsu", "防衛秘密", "防衛秘密"), ("機密性１情報", "機密性1情報", "機密性1情報"),
          ("特別防衛秘密（機密）", "特別防衛秘密(機密)", "特別防衛秘密(機密)"), ("【極秘】", "極秘", "極秘"),
          ("極秘(開示先:AUS/JPN)", "極秘 | Releasable To=AUS,JPN"), ("極秘（開示先：AUS/JPN）", "極秘 | Releasable To=AUS,JPN", "極秘(開示先:AUS/JPN)"),
          ("機密性2情報(完全性2、可用性1)", "機密性2情報 | Availability=可用性1 | Integrity=完全性2")),
    *_one("us-banner", *((mark, mark) for mark in ("UNCLASSIFIED", "CONFIDENTIAL", "SECRET", "TOP SECRET")),
          ("SECRET//NOFORN", "SECRET | Dissemination Controls=NOFORN"), ("SECRET//REL TO USA, AUS, JPN", "SECRET | Releasable To=AUS,JPN,USA"),
          ("SECRET//REL TO USA, FVEY", "SECRET | Releasable To=FVEY,USA"), ("SECRET//REL TO USA, AUS, FVEY", "SECRET | Releasable To=AUS,FVEY,USA"),
          ("SECRET//REL TO USA, XKS", "SECRET | Releasable To=USA,XKS"), ("SECRET//REL TO USA, AX2", "SECRET | Releasable To=AX2,USA"),
          ("SECRET//REL TO USA, EU", "SECRET | Releasable To=EU,USA"),
          ("TOP SECRET//SI/TK//NOFORN", "TOP SECRET | Dissemination Controls=NOFORN | SCI Controls=SI,TK"),
          ("TOP SECRET//SI-G ABCD//ORCON/NOFORN", "TOP SECRET | Dissemination Controls=NOFORN,ORCON | SCI Controls=SI-G ABCD"),
          ("SECRET//SAR-BP/CD//NOFORN", "SECRET | Dissemination Controls=NOFORN | Special Access=BP,CD"),
          ("SECRET//RD-CNWDI//NOFORN", "SECRET | Atomic Energy=RD,RD-CNWDI | Dissemination Controls=NOFORN"),
          ("SECRET//FGI DEU GBR//NOFORN", "SECRET | Dissemination Controls=NOFORN | FGI=DEU,GBR"), ("SECRET//FGI", "SECRET | FGI=FGI"),
          ("//DEU SECRET", "SECRET | Owner=DEU"), ("//NATO SECRET", "SECRET | Owner=NATO"), ("//COSMIC TOP SECRET", "TOP SECRET | Owner=NATO"),
          ("//JOINT SECRET AUS USA//REL TO USA, AUS", "SECRET | Joint=AUS,USA | Releasable To=AUS,USA"),
          ("SECRET//DISPLAY ONLY AUS, JPN", "SECRET | Display Only To=AUS,JPN"),
          ("SECRET//USA/AUS/GBR EYES ONLY", "SECRET | Dissemination Controls=EYES ONLY | Releasable To=AUS,GBR,USA"),
          ("SECRET//REL TO USA, AUS/RELIDO", "SECRET | Dissemination Controls=RELIDO | Releasable To=AUS,USA"),
          ("SECRET//NOT RELEASABLE TO FOREIGN NATIONALS", "SECRET | Dissemination Controls=NOFORN", "SECRET//NOFORN"),
          ("UNCLASSIFIED//FOUO", "UNCLASSIFIED | Dissemination Controls=FOUO"), ("SECRET／／NOFORN", "SECRET | Dissemination Controls=NOFORN", "SECRET//NOFORN")),
    *_one("us-portion", ("(U)", "UNCLASSIFIED"), ("(S//NF)", "SECRET | Dissemination Controls=NOFORN"), ("(TS//SI//NF)", "TOP SECRET | Dissemination Controls=NOFORN | SCI Controls=SI"),
          ("(S//REL TO USA, FVEY)", "SECRET | Releasable To=FVEY,USA"), ("(//DEU S)", "SECRET | Owner=DEU"), ("(//NS)", "SECRET | Owner=NATO"),
          ("(//CTS)", "TOP SECRET | Owner=NATO"), ("(S//RD-N//NF)", "SECRET | Atomic Energy=RD,RD-CNWDI | Dissemination Controls=NOFORN"),
          ("(U//SBU-NF)", "UNCLASSIFIED | Non-IC=SBU NOFORN"), ("(S//DISPLAY ONLY AUS)", "SECRET | Display Only To=AUS")),
    *_one("gb-document", *((mark, mark) for mark in ("OFFICIAL", "SECRET", "TOP SECRET", "OFFICIAL-SENSITIVE", "PROTECT", "RESTRICTED", "CONFIDENTIAL")),
          ("UK SECRET - UK EYES ONLY", "SECRET | Caveat=UK EYES ONLY | Prefix=UK"), ("SECRET - REL AUS/GBR", "SECRET | Releasable To=AUS,GBR"),
          ("OFFICIAL-SENSITIVE [COMMERCIAL]", "OFFICIAL-SENSITIVE | Descriptor=COMMERCIAL")),
    *_one("tlp", *((f"TLP:{name}", name) for name in ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")), ("TLP:WHITE", "CLEAR", "TLP:CLEAR"),
          ("TLP：RED", "RED", "TLP:RED")),
]

UNKNOWN, ORDER, TWICE, SPACE = "label.unknown_token", "label.order", "label.duplicate", "label.spacing"
HIDDEN, SHORT, LEVEL, CLASH, NEEDS = ("label.forbidden_character", "label.truncated", "label.level_conflict", "label.contradiction",
                                      "label.requires")
REFUSED = [
    *_headers(
        ("SEC=OFFICIAL: Sensitive", UNKNOWN, 49), ("SEC=TOP SECRET", UNKNOWN, 49), ("SEC=secret", UNKNOWN, 49), ("SEC=CONFIDENTIAL", UNKNOWN, 49),
        ("SEC=SECRET, CAVEAT=REL AUS/JPN", UNKNOWN, 64), ("SEC=SECRET, CAVEAT=AUSTEO", UNKNOWN, 64), ("SEC=SECRET, CAVEAT=RI:SH:CABINET", UNKNOWN, 64),
        ("SEC=SECRET, CAVEAT=SH:RI:REL AUS/JPN", UNKNOWN, 64), ("SEC=SECRET, CAVEAT=SH:SECRETARIAT", UNKNOWN, 64),
        ("SEC=SECRET, ACCESS=Secret-Stuff", UNKNOWN, 64), ("SEC=SECRET, FOO=BAR", UNKNOWN, 57),
        ("SEC=OFFICIAL, CAVEAT=SH:CABINET", LEVEL, 66), ("SEC=OFFICIAL:Sensitive, CAVEAT=SH:CABINET", LEVEL, 76),
        ("SEC=OFFICIAL:Sensitive, CAVEAT=RI:AUSTEO", LEVEL, 76), ("SEC=OFFICIAL:Sensitive, CAVEAT=RI:REL AUS/JPN", LEVEL, 76),
        ("SEC=SECRET, SEC=SECRET", TWICE, 57), ("SEC=SECRET, CAVEAT=RI:AUSTEO, CAVEAT=RI:AUSTEO", TWICE, 82),
        ("SEC=SECRET, CAVEAT=C:A, CAVEAT=C:B", TWICE, 76), ("SEC=SECRET, CAVEAT=FG:A, CAVEAT=FG:B", TWICE, 77),
        ("SEC=SECRET, CAVEAT=RI:REL AUS/JPN, CAVEAT=RI:REL AUS/USA", TWICE, 87), ("SEC=SECRET, CAVEAT=RI:REL AUS/AUS", TWICE, None),
        ("SEC=SECRET, NOTE=a, NOTE=b", TWICE, None), ("SEC=SECRET, ORIGIN=a@b.au, ORIGIN=c@d.au", TWICE, None),
        ("SEC=SECRET, ACCESS=Personal-Privacy, ACCESS=Personal-Privacy", TWICE, None),
        ("SEC=SECRET, CAVEAT=RI:REL JPN/AUS", ORDER, None), ("CAVEAT=RI:AUSTEO, SEC=SECRET", ORDER, None), ("SEC=SECRET, CAVEAT=RI:REL AUS/UK", UNKNOWN, 75),
        ("SEC=SECRET, CAVEAT=RI:AUSTEO, CAVEAT=RI:REL AUS/JPN", CLASH, None),
        ("SEC=SECRET, EXPIRES=2030-01-01", NEEDS, None), ("SEC=SECRET, DOWNTO=OFFICIAL", NEEDS, None),
        ("SEC=SECRET, EXPIRES=2030-01-01, DOWNTO=SECRET", CLASH, None), ("SEC=SECRET, EXPIRES=2030-01-01, DOWNTO=TOP-SECRET", CLASH, None),
        ("SEC=SECRET, EXPIRES=2030-13-01, DOWNTO=OFFICIAL", "label.date", 65), ("SEC=SECRET, NOTE=" + "x" * 129, UNKNOWN, None),
        ("SEC=SECRET, NOTE=back\\x", UNKNOWN, 66), ("SEC=SECRET,CAVEAT=RI:AUSTEO", SPACE, 55), ("SEC=", SHORT, 49), ("SEC=SECRET, CAVEAT=", SHORT, 64)),
    *_one("au-header", ("X-Protective-Marking: VER=2099.9, NS=gov.au, SEC=SECRET", UNKNOWN, 26), ("X-Protective-Marking: VER=2025.1, NS=gov.uk, SEC=SECRET", UNKNOWN, 37),
          ("X-Protective-Marking: NS=gov.au, SEC=SECRET", SHORT, None), (H + "SEC=SECRET\n" + H + "SEC=SECRET", HIDDEN, 55), ("", SHORT, 0), (" ", SHORT, 0)),
    *_one("au-subject", ("[SEC=SECRET, NOTE=x]", UNKNOWN, 13), ("[SEC=SECRET, ORIGIN=a@b.au]", UNKNOWN, 13), ("[VER=2025.1, SEC=SECRET]", None, None),
          ("[SEC=SECRET", SHORT, None), ("SEC=SECRET", SHORT, None), ("[SEC=SECRET] x", "label.trailing", None), ("[SEC=SECRET] [SEC=OFFICIAL]", TWICE, None),
          ("[sec=secret]", None, None)),
    *_one("au-document", ("OFFICIAL:Sensitive", UNKNOWN, 0), ("OFFICIAL: sensitive", UNKNOWN, 0), ("TOP-SECRET", UNKNOWN, 0), ("secret", UNKNOWN, 0), ("SECRET//", SHORT, 8),
          ("SECRET NOFORN", UNKNOWN, None), ("SECRET//NOFORN", UNKNOWN, 8), ("//SECRET", SHORT, 0), ("SECRET//REL USA/AUS", ORDER, None), ("SECRET//REL AUS/UK", UNKNOWN, 16),
          ("SECRET//REL FVEY", UNKNOWN, 12), ("SECRET//REL AUSTRALIA_GROUP", UNKNOWN, 12), ("SECRET//REL NSG", UNKNOWN, 12), ("SECRET//REL EU", UNKNOWN, 12),
          ("SECRET//REL AUS/XKS", UNKNOWN, 16), ("SECRET//AUSTEO//REL AUS/JPN", CLASH, 8), ("SECRET//AUSTEO//AUSTEO", TWICE, 16), ("OFFICIAL//AUSTEO", LEVEL, 10),
          ("OFFICIAL: Sensitive//CABINET", LEVEL, 21), ("OFFICIAL: Sensitive//REL AUS/JPN", LEVEL, 21), ("IN-CONFIDENCE", UNKNOWN, 0), ("FOUO", UNKNOWN, 0),
          ("SECRET//WOMBAT", UNKNOWN, 8), ("SECRET // AUSTEO", SPACE, None), ("SECRET\n", HIDDEN, 6)),
    *_one("jp", ("特別防衛秘密", SHORT, None), ("機密性", SHORT, 3), ("機密性4情報", UNKNOWN, None), ("要機密情報", "label.ambiguous", 0), ("秘書", UNKNOWN, 0), ("秘密", "label.ambiguous", 0),
          ("部外秘", UNKNOWN, None), ("社外秘", UNKNOWN, None), ("㊙", "label.ambiguous", 0), ("祕", UNKNOWN, 0), ("極祕", UNKNOWN, 1), ("時限秘", UNKNOWN, None), ("gokuhi", UNKNOWN, 0),
          ("極秘 機密", "label.trailing", 2), ("機密性2情報、極秘", "label.trailing", 6), ("極秘\u200b", HIDDEN, 2), ("極秘(開示先:JPN/AUS)", ORDER, None), ("極秘(開示先:UK)", UNKNOWN, 7),
          ("機密性2情報(可用性1、完全性2)", ORDER, 12), ("極秘(", SHORT, 3), ("", SHORT, 0), ("ｷﾐﾂ", HIDDEN, 0)),
    *_one("us-banner", ("RESTRICTED", UNKNOWN, 0), ("SECRET//", SHORT, 8), ("SECRET NOFORN", UNKNOWN, 7), ("secret", UNKNOWN, 0), ("SECRET//noforn", UNKNOWN, 8), ("//SECRET", UNKNOWN, 2),
          ("SECRET//REL TO AUS, USA, JPN", ORDER, None), ("SECRET//REL TO USA, JPN, AUS", ORDER, 20), ("SECRET//REL TO USA, FVEY, AUS", ORDER, 20), ("SECRET//REL TO USA", NEEDS, 15),
          ("SECRET//REL TO AUS, JPN", NEEDS, 15), ("SECRET//REL TO USA, UK", UNKNOWN, 20), ("SECRET//REL TO USA,AUS", SPACE, 18), ("SECRET//REL TO USA, QUAD", UNKNOWN, 20),
          ("SECRET//REL TO USA, AUKUS", UNKNOWN, 20), ("SECRET//REL TO USA, ISAF", "label.group_retired", None), ("SECRET//REL TO USA, PSE", UNKNOWN, 20), ("SECRET//REL TO USA, ALA", UNKNOWN, 20),
          ("SECRET//REL TO USA, AUS, AUS", TWICE, 25), ("TOP SECRET//TK/SI//NOFORN", ORDER, None), ("SECRET//FGI GBR DEU//NOFORN", ORDER, None), ("SECRET//FGI USA", UNKNOWN, 12),
          ("//JOINT SECRET USA AUS//REL TO USA, AUS", ORDER, None), ("//JOINT SECRET AUS USA", NEEDS, None), ("SECRET//DISPLAY ONLY USA, AUS", UNKNOWN, 21),
          ("SECRET//DISPLAY ONLY JPN, AUS", ORDER, None), ("SECRET//NOFORN/RELIDO", CLASH, None), ("SECRET//REL TO USA, AUS/NOFORN", CLASH, None), ("SECRET//NOFORN//REL TO USA, AUS", None, None),
          ("SECRET//NOFORN/ORCON", ORDER, 8), ("SECRET//ORCON/ORCON-USGOV", CLASH, None), ("SECRET//FOUO", LEVEL, 8), ("TOP SECRET//NOFORN//SI", ORDER, None), ("SECRET//NOFORN/NOFORN", TWICE, 15),
          ("SECRET//NOFORN//NOFORN", TWICE, 16), ("SECRET//NOFORN ", SPACE, 14), ("SECRET // NOFORN", SPACE, 6), ("SECRET//BOGUS", UNKNOWN, 8), ("(S)", UNKNOWN, 0)),
    *_one("us-portion", ("(S//REL)", "label.ambiguous", 4), ("(S//NOFORN)", UNKNOWN, 4), ("S//NF", SHORT, 0), ("(S//NF", SHORT, 6), ("()", SHORT, 1), ("(R)", UNKNOWN, 1)),
    *_one("gb-document", ("OFFICIAL SENSITIVE", UNKNOWN, 0), ("official", UNKNOWN, 0), ("SECRET - UK EYES ONLY - REL AUS/GBR", CLASH, None), ("SECRET [BOGUS]", UNKNOWN, 8),
          ("SECRET - BOGUS", UNKNOWN, 9), ("SECRET [", SHORT, 8), ("SECRET - UK EYES ONLY - UK EYES ONLY", TWICE, 24), ("SECRET \u2013 UK EYES ONLY", HIDDEN, 7), ("UK", UNKNOWN, 0)),
    *_one("tlp", ("TLP:AMBER-STRICT", UNKNOWN, 4), ("TLP:EX:CHR", UNKNOWN, 4), ("TLP:UNCLEAR", UNKNOWN, 4), ("TLP:AMBER+STR\u0130CT", HIDDEN, 13), ("AMBER", UNKNOWN, 0), ("TLP:", SHORT, 4),
          ("tlp:amber", None, None), ("TLP:RED TLP:GREEN", "label.trailing", 7)),
]

LENIENT = [
    ("au-header", "X-Protective-Marking: VER=2025.1,NS=gov.au,SEC=SECRET,CAVEAT=RI:REL AUS/JPN", H + "SEC=SECRET, CAVEAT=RI:REL AUS/JPN"),
    ("au-document", "SECRET // REL JPN/AUS", "SECRET//REL AUS/JPN"), ("au-document", "SECRET//REL AUS/JPN//CABINET", "SECRET//CABINET//REL AUS/JPN"),
    ("us-banner", "SECRET // REL TO USA,JPN, AUS", "SECRET//REL TO USA, AUS, JPN"), ("us-banner", "TOP SECRET//NOFORN//SI", "TOP SECRET//SI//NOFORN"),
    ("us-portion", "( S//NF )", "(S//NF)"), ("jp", " ㊙", "秘"), ("jp", "機密性2情報(可用性1、完全性2)", "機密性2情報(完全性2、可用性1)"),
    ("gb-document", "SECRET -UK EYES ONLY", "SECRET - UK EYES ONLY"), ("tlp", "tlp:amber-strict", "TLP:AMBER+STRICT"),
]

"""What each national mark means, or that it is refused: every example and trap of the marking
guides, as one line each.

READ: syntax, text, what the label says, and the canonical text where it differs. What is refused
stands in `marks_refused.py`.
"""

from __future__ import annotations

from typing import Any

H = "X-Protective-Marking: VER=2025.1, NS=gov.au, "


def headers(*rows: Any) -> Any:
    return [("au-header", H + text, *rest) for text, *rest in rows]


def in_syntax(syntax: str, *rows: Any) -> Any:
    return [(syntax, *row) for row in rows]


READ = [
    *headers(
        ("SEC=UNOFFICIAL", "UNOFFICIAL"),
        ("SEC=OFFICIAL", "OFFICIAL"),
        ("SEC=OFFICIAL:Sensitive", "OFFICIAL: Sensitive"),
        ("SEC=PROTECTED", "PROTECTED"),
        ("SEC=SECRET", "SECRET"),
        ("SEC=TOP-SECRET", "TOP SECRET"),
        ("SEC=SECRET, CAVEAT=C:WOMBAT", "SECRET | Codeword=WOMBAT"),
        ("SEC=SECRET, CAVEAT=FG:JPN SECRET", "SECRET | Foreign Government=JPN SECRET"),
        ("SEC=SECRET, CAVEAT=RI:AUSTEO", "SECRET | Caveat=AUSTEO"),
        ("SEC=SECRET, CAVEAT=RI:AGAO", "SECRET | Caveat=AGAO"),
        ("SEC=SECRET, CAVEAT=RI:REL AUS/JPN", "SECRET | Releasable To=AUS,JPN"),
        (
            "SEC=SECRET, CAVEAT=RI:REL AUS/CAN/GBR/NZL/USA",
            "SECRET | Releasable To=AUS,CAN,GBR,NZL,USA",
        ),
        ("SEC=SECRET, CAVEAT=SH:DELICATE SOURCE", "SECRET | Caveat=DELICATE SOURCE"),
        ("SEC=SECRET, CAVEAT=SH:ORCON", "SECRET | Caveat=ORCON"),
        ("SEC=PROTECTED, CAVEAT=SH:CABINET", "PROTECTED | Caveat=CABINET"),
        (
            "SEC=OFFICIAL:Sensitive, CAVEAT=SH:NATIONAL-CABINET",
            "OFFICIAL: Sensitive | Caveat=NATIONAL CABINET",
        ),
        ("SEC=SECRET, CAVEAT=SH:EXCLUSIVE-FOR Jane Doe", "SECRET | Caveat=EXCLUSIVE-FOR Jane Doe"),
        (
            "SEC=SECRET, CAVEAT=C:A, CAVEAT=FG:B, CAVEAT=RI:AUSTEO, CAVEAT=SH:CABINET",
            "SECRET | Caveat=AUSTEO,CABINET | Codeword=A | Foreign Government=B",
        ),
        (
            (
                "SEC=SECRET, ACCESS=Legal-Privilege, ACCESS=Legislative-Secrecy,"
                " ACCESS=Personal-Privacy"
            ),
            "SECRET | Access=Legal-Privilege,Legislative-Secrecy,Personal-Privacy",
        ),
        (
            r"SEC=SECRET, NOTE=Hello\, world\: x\\",
            "SECRET | Note=Hello, world: x\\",
            H + r"SEC=SECRET, NOTE=Hello\, world: x\\",
        ),
        ("SEC=SECRET, NOTE=" + "x" * 128, "SECRET | Note=" + "x" * 128),
        ("SEC=SECRET, ORIGIN=a@defence.gov.au", "SECRET | Origin=a@defence.gov.au"),
        (
            "SEC=SECRET, EXPIRES=Release of the budget, DOWNTO=OFFICIAL",
            "SECRET | Downgrade Event=Release of the budget | Downgrade To=OFFICIAL",
        ),
    ),
    (
        "au-header",
        "X-Protective-Marking: VER=2018.6, NS=gov.au, SEC=SECRET",
        "SECRET",
        H + "SEC=SECRET",
    ),
    (
        "au-header",
        "X-Protective-Marking: VER=2024.1, NS=gov.au, SEC=SECRET",
        "SECRET",
        H + "SEC=SECRET",
    ),
    (
        "au-header",
        "X-Protective-Marking: VER=2012.3, NS=gov.au, SEC=CONFIDENTIAL, ORIGIN=a@b.au",
        "CONFIDENTIAL | Origin=a@b.au",
    ),
    (
        "au-header",
        "X-Protective-Marking: VER=2005.6, NS=gov.au, SEC=RESTRICTED",
        "RESTRICTED",
        "X-Protective-Marking: VER=2012.3, NS=gov.au, SEC=RESTRICTED",
    ),
    *in_syntax(
        "au-subject",
        ("[SEC=SECRET]", "SECRET"),
        (
            "Budget [SEC=PROTECTED, CAVEAT=SH:CABINET]",
            "PROTECTED | Caveat=CABINET",
            "[SEC=PROTECTED, CAVEAT=SH:CABINET]",
        ),
        ("[SEC=SECRET, EXPIRES=2030-01-01, DOWNTO=OFFICIAL]", "SECRET"),
        (
            "[SEC=TOP-SECRET, CAVEAT=C:X, CAVEAT=RI:AUSTEO, ACCESS=Legal-Privilege]",
            "TOP SECRET | Access=Legal-Privilege | Caveat=AUSTEO | Codeword=X",
        ),
    ),
    *in_syntax(
        "au-document",
        ("OFFICIAL: Sensitive", "OFFICIAL: Sensitive"),
        ("TOP SECRET", "TOP SECRET"),
        ("PROTECTED", "PROTECTED"),
        ("SECRET//AUSTEO", "SECRET | Caveat=AUSTEO"),
        ("SECRET//REL AUS/JPN", "SECRET | Releasable To=AUS,JPN"),
        ("SECRET//CODEWORD WOMBAT", "SECRET | Codeword=WOMBAT"),
        ("OFFICIAL: Sensitive//NATIONAL CABINET", "OFFICIAL: Sensitive | Caveat=NATIONAL CABINET"),
        ("CONFIDENTIAL", "CONFIDENTIAL"),
        ("RESTRICTED", "RESTRICTED"),
        ("HIGHLY PROTECTED", "HIGHLY PROTECTED"),
        ("ＳＥＣＲＥＴ", "SECRET", "SECRET"),
        ("SECRET／／AUSTEO", "SECRET | Caveat=AUSTEO", "SECRET//AUSTEO"),
        (
            "SECRET//EXCLUSIVE\u00a0FOR\u3000Jane Doe",
            "SECRET | Caveat=EXCLUSIVE-FOR Jane Doe",
            "SECRET//EXCLUSIVE FOR Jane Doe",
        ),
    ),
    *in_syntax(
        "jp",
        *(
            (mark, mark)
            for mark in (
                "特定秘密",
                "極秘",
                "秘",
                "機密",
                "取扱注意",
                "注意",
                "部内限り",
                "重要経済安保情報",
                "特別防衛秘密(機密)",
                "特別防衛秘密(極秘)",
                "特別防衛秘密(秘)",
                "機密性1情報",
                "機密性2情報",
                "機密性3情報",
                "防衛秘密",
                "衛星秘密",
                "特別管理秘密",
            )
        ),
        ("極秘文書", "極秘", "極秘"),
        ("秘文書", "秘", "秘"),
        ("Kimitsu", "機密", "機密"),
        ("Gokuhi", "極秘", "極秘"),
        ("Hi", "秘", "秘"),
        ("Tokutei Himitsu", "特定秘密", "特定秘密"),
        ("Bouei Himitsu", "防衛秘密", "防衛秘密"),
        ("機密性１情報", "機密性1情報", "機密性1情報"),
        ("特別防衛秘密（機密）", "特別防衛秘密(機密)", "特別防衛秘密(機密)"),
        ("【極秘】", "極秘", "極秘"),
        ("極秘(開示先:AUS/JPN)", "極秘 | Releasable To=AUS,JPN"),
        ("極秘（開示先：AUS/JPN）", "極秘 | Releasable To=AUS,JPN", "極秘(開示先:AUS/JPN)"),
        ("機密性2情報(完全性2、可用性1)", "機密性2情報 | Availability=可用性1 | Integrity=完全性2"),
    ),
    *in_syntax(
        "us-banner",
        *((mark, mark) for mark in ("UNCLASSIFIED", "CONFIDENTIAL", "SECRET", "TOP SECRET")),
        ("SECRET//NOFORN", "SECRET | Dissemination Controls=NOFORN"),
        ("SECRET//REL TO USA, AUS, JPN", "SECRET | Releasable To=AUS,JPN,USA"),
        ("SECRET//REL TO USA, FVEY", "SECRET | Releasable To=FVEY,USA"),
        ("SECRET//REL TO USA, AUS, FVEY", "SECRET | Releasable To=AUS,FVEY,USA"),
        ("SECRET//REL TO USA, XKS", "SECRET | Releasable To=USA,XKS"),
        ("SECRET//REL TO USA, AX2", "SECRET | Releasable To=AX2,USA"),
        ("SECRET//REL TO USA, EU", "SECRET | Releasable To=EU,USA"),
        (
            "TOP SECRET//SI/TK//NOFORN",
            "TOP SECRET | Dissemination Controls=NOFORN | SCI Controls=SI,TK",
        ),
        (
            "TOP SECRET//SI-G ABCD//ORCON/NOFORN",
            "TOP SECRET | Dissemination Controls=NOFORN,ORCON | SCI Controls=SI-G ABCD",
        ),
        (
            "SECRET//SAR-BP/CD//NOFORN",
            "SECRET | Dissemination Controls=NOFORN | Special Access=BP,CD",
        ),
        (
            "SECRET//RD-CNWDI//NOFORN",
            "SECRET | Atomic Energy=RD,RD-CNWDI | Dissemination Controls=NOFORN",
        ),
        ("SECRET//FGI DEU GBR//NOFORN", "SECRET | Dissemination Controls=NOFORN | FGI=DEU,GBR"),
        ("SECRET//FGI", "SECRET | FGI=FGI"),
        ("//DEU SECRET", "SECRET | Owner=DEU"),
        ("//NATO SECRET", "SECRET | Owner=NATO"),
        ("//COSMIC TOP SECRET", "TOP SECRET | Owner=NATO"),
        (
            "//JOINT SECRET AUS USA//REL TO USA, AUS",
            "SECRET | Joint=AUS,USA | Releasable To=AUS,USA",
        ),
        ("SECRET//DISPLAY ONLY AUS, JPN", "SECRET | Display Only To=AUS,JPN"),
        (
            "SECRET//USA/AUS/GBR EYES ONLY",
            "SECRET | Dissemination Controls=EYES ONLY | Releasable To=AUS,GBR,USA",
        ),
        (
            "SECRET//REL TO USA, AUS/RELIDO",
            "SECRET | Dissemination Controls=RELIDO | Releasable To=AUS,USA",
        ),
        (
            "SECRET//NOT RELEASABLE TO FOREIGN NATIONALS",
            "SECRET | Dissemination Controls=NOFORN",
            "SECRET//NOFORN",
        ),
        ("UNCLASSIFIED//FOUO", "UNCLASSIFIED | Dissemination Controls=FOUO"),
        ("SECRET／／NOFORN", "SECRET | Dissemination Controls=NOFORN", "SECRET//NOFORN"),
    ),
    *in_syntax(
        "us-portion",
        ("(U)", "UNCLASSIFIED"),
        ("(S//NF)", "SECRET | Dissemination Controls=NOFORN"),
        ("(TS//SI//NF)", "TOP SECRET | Dissemination Controls=NOFORN | SCI Controls=SI"),
        ("(S//REL TO USA, FVEY)", "SECRET | Releasable To=FVEY,USA"),
        ("(//DEU S)", "SECRET | Owner=DEU"),
        ("(//NS)", "SECRET | Owner=NATO"),
        ("(//CTS)", "TOP SECRET | Owner=NATO"),
        (
            "(S//RD-CNWDI//NF)",
            "SECRET | Atomic Energy=RD,RD-CNWDI | Dissemination Controls=NOFORN",
        ),
        (
            "(S//RD-N//NF)",
            "SECRET | Atomic Energy=RD,RD-CNWDI | Dissemination Controls=NOFORN",
            "(S//RD-CNWDI//NF)",
        ),
        ("(U//SBU-NF)", "UNCLASSIFIED | Non-IC=SBU NOFORN"),
        ("(S//DISPLAY ONLY AUS)", "SECRET | Display Only To=AUS"),
    ),
    *in_syntax(
        "gb-document",
        *(
            (mark, mark)
            for mark in (
                "OFFICIAL",
                "SECRET",
                "TOP SECRET",
                "OFFICIAL-SENSITIVE",
                "PROTECT",
                "RESTRICTED",
                "CONFIDENTIAL",
            )
        ),
        ("UK SECRET - UK EYES ONLY", "SECRET | Caveat=UK EYES ONLY | Prefix=UK"),
        ("SECRET - REL AUS/GBR", "SECRET | Releasable To=AUS,GBR"),
        ("OFFICIAL-SENSITIVE [COMMERCIAL]", "OFFICIAL-SENSITIVE | Descriptor=COMMERCIAL"),
    ),
    *in_syntax(
        "tlp",
        *((f"TLP:{name}", name) for name in ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")),
        ("TLP:WHITE", "CLEAR", "TLP:CLEAR"),
        ("TLP：RED", "RED", "TLP:RED"),
    ),
]

LENIENT = [
    (
        "au-header",
        "X-Protective-Marking: VER=2025.1,NS=gov.au,SEC=SECRET,CAVEAT=RI:REL AUS/JPN",
        H + "SEC=SECRET, CAVEAT=RI:REL AUS/JPN",
    ),
    ("au-document", "SECRET // REL JPN/AUS", "SECRET//REL AUS/JPN"),
    ("au-document", "SECRET//REL AUS/JPN//CABINET", "SECRET//CABINET//REL AUS/JPN"),
    ("us-banner", "SECRET // REL TO USA,JPN, AUS", "SECRET//REL TO USA, AUS, JPN"),
    ("us-banner", "TOP SECRET//NOFORN//SI", "TOP SECRET//SI//NOFORN"),
    ("us-portion", "( S//NF )", "(S//NF)"),
    ("jp", " ㊙", "秘"),
    ("jp", "機密性2情報(可用性1、完全性2)", "機密性2情報(完全性2、可用性1)"),
    ("gb-document", "SECRET -UK EYES ONLY", "SECRET - UK EYES ONLY"),
    ("tlp", "tlp:amber-strict", "TLP:AMBER+STRICT"),
]

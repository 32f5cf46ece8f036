#!/usr/bin/env python3
"""Writes the files that fuzzing starts from: a few of each kind, all invented, the same bytes every time.

seeds.py FOLDER makes FOLDER/<target>/<n> for each target.
"""
import gzip
import io
import pathlib
import sys
import zipfile


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), body)
    return out.getvalue()


SHEET = b"""<worksheet><dimension ref="A1"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Date</t></is></c>
<c r="B1" t="s"><v>0</v></c></row><row r="3"><c r="A3" s="1"><v>45066.0</v></c><c r="C3" t="n"/><c t="str"><v>a&amp;b</v></c>
</row><row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row></sheetData></worksheet>"""
STRINGS = b"<sst><si><t>Clicks </t></si><si><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></si></sst>"
STYLES = b"""<styleSheet><numFmts><numFmt numFmtId="164" formatCode="MMM dd, yyyy"/></numFmts><cellXfs><xf numFmtId="0"/>
<xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>"""
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = [
    ("[Content_Types].xml", b"<Types/>"),
    ("xl/workbook.xml", b'<workbook><sheets><sheet name="s" r:id="a"/></sheets></workbook>'),
    ("xl/_rels/workbook.xml.rels", f'<Relationships><Relationship Id="a" Type="{RELS}/worksheet" Target="s.xml"/></Relationships>'),
    ("xl/s.xml", SHEET.replace(b't="s"', b't="n"')),
]
CSV = [
    b"date,campaign,spend\n2026-01-05,lamp,$6.50\n2026-01-06,\"say \"\"hi\"\", now\",$0.0\n",
    b"\xef\xbb\xbf\"a\";\"b\"\r\n\"1,5\";\"x\ny\"\r\n\r\n",
    b"sku\tasin\tqty\nA\t5\" x\t1\t\nB\tB0\t\n",
    b"\"sku\"\t\"title\"\n\"A\"\t\"63\" lamp\"\n",
    b"sep=;\na;b\n1;2\n",
    b"Definitions:\n\"all in EUR\"\n\ndate,total\n1.1.2026,2\n",
]
TEXTS = ["日付\tキャンペーン名\n1\tランプ用", "日期,广告活动名称\n1,露营灯", "Größe;Stück\n„x“;1"]
JSON = [
    b'[{"a":1,"b":"x"},{"b":null,"c":{"d":[1,2.50]}}]',
    b'{"c":"DE","a":[{"d":7,"t":7588800,"i":[1,2],"s":[[],[1,2,3,-1]],"r":{"x":[1,2,-3]}},{"a":[{"d":1}]}],"m":{"k":{"v":true}}}',
    b'{"a":1}\n{"a":"\\u5546\\ud83d\\ude9a"}\n',
    b"<r><a><d>1</d></a><a><d>2</d></a><c>x</c></r>",
]
SEEDS = {
    "csv": CSV,
    "encoding": CSV[:2] + [t.encode(e) for t, e in zip(TEXTS, ["cp932", "gb18030", "cp1252"])] + [TEXTS[0].encode("euc_jp"), TEXTS[2].encode("utf-16")],
    "json": JSON,
    "xlsx": [b"\0".join([SHEET, STRINGS, STYLES])],
    "container": [gzip.compress(CSV[0], mtime=0), zipped([("a.csv", CSV[0]), ("b/c.txt", CSV[2])]), zipped(BOOK), *CSV[:2], JSON[0]],
    "number": [t.encode() for t in ["1,234.56", "-€1.234,56", "Rs. 1,13,529.99", "(3,00 €)", "366\u202f714,82", "12.5 %", "1.5E-05", ">10,001+"]],
    "date": [t.encode() for t in ["2026-01-31T10:05:00+09:00", "5 janv. 2026 1:05:07 PM PST", "31/01/2026", "2026年1月5日 午後3:04", "Jan 2026"]],
    "cells": [b"\0\0\0\0\0\0\0\0" + "1,5\n2.5\t$3\t\\4%\n\x0145066\nN/A\n>306\nyes\nDE\n5/1/2026".encode()],
}

if __name__ == "__main__":
    for target, seeds in SEEDS.items():
        folder = pathlib.Path(sys.argv[1], target)
        folder.mkdir(parents=True, exist_ok=True)
        for n, seed in enumerate(seeds):
            (folder / str(n)).write_bytes(seed)

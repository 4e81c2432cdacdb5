"""The look of feedback and report: one self-contained HTML page, light and dark, good in print."""

from __future__ import annotations

import html

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#566173;--paper:#fff;--panel:#f5f7fa;--line:#d5dbe3;
--accent:#0f5ea8;--good:#0b6b3a;--good-bg:#e3f4ea;--part:#7a4b00;--part-bg:#fdf0d5;--bad:#a3123a;--bad-bg:#fce6ec;
--none:#4b5563;--none-bg:#e9edf2}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a4afbf;--paper:#12161c;--panel:#1b2129;--line:#36404d;
--accent:#7ab8f5;--good:#7fd6a4;--good-bg:#12301f;--part:#f0c069;--part-bg:#34270c;--bad:#ff9db5;--bad-bg:#3b1420;
--none:#b6c0cd;--none-bg:#2a323d}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;font:16px/1.55 system-ui,"Segoe UI",Roboto,sans-serif;
color:var(--ink);background:var(--paper);font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .2rem}h2{font-size:1.2rem;margin:2.4rem 0 .6rem;padding-top:.8rem;
border-top:1px solid var(--line)}h3{font-size:1rem;margin:0}table+h3,section+h3{margin-top:1.2rem}
p{margin:.4rem 0 .8rem;max-width:46rem}.soft{color:var(--soft)}.small{font-size:.875rem}
code{font:.9em ui-monospace,Menlo,Consolas,monospace}
nav{margin:1rem 0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.9rem}summary{cursor:pointer}
a{color:var(--accent)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
thead th{color:var(--soft);font-weight:600;font-size:.8rem;vertical-align:bottom}
tbody th{font-weight:600;min-width:8.5rem}th code{white-space:nowrap}.chip,td{min-width:4.5rem}td.n{min-width:0}
.n,thead th.n{text-align:right;white-space:nowrap}.n+td,.n+th{padding-left:.75rem}
.bar{margin-top:.45rem}
.wide{overflow-x:auto}.wide svg{min-width:44rem}.wide td:last-child{min-width:9rem}.wide td.n:last-child{min-width:0}
.chip{display:inline-block;border-radius:1rem;padding:.05rem .6rem;font-size:.8rem;font-weight:600;white-space:nowrap;
color:var(--none);background:var(--none-bg)}
.chip.good{color:var(--good);background:var(--good-bg)}.chip.part{color:var(--part);background:var(--part-bg)}
.chip.bad{color:var(--bad);background:var(--bad-bg)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.2rem 0}
.card{background:var(--panel);border-radius:.6rem;padding:.8rem 1rem}.card b{display:block;font-size:1.5rem;
line-height:1.25}.card span{color:var(--soft);font-size:.85rem}
.box{border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1.1rem;margin:0 0 .9rem;break-inside:avoid}
.head{display:flex;gap:.75rem;align-items:baseline;justify-content:space-between;flex-wrap:wrap}
ul.marks{list-style:none;margin:.5rem 0 0;padding:0}ul.marks li{padding:.2rem 0 .2rem 1.7rem;position:relative}
.mark{position:absolute;left:0;font-weight:700}.mark.good{color:var(--good)}.mark.bad{color:var(--bad)}
.mark.none{color:var(--none)}
.hint{border-left:3px solid var(--accent);padding:.1rem 0 .1rem .8rem;margin:.5rem 0}
.bar{display:block;height:.55rem;min-width:6rem;background:var(--none-bg);border-radius:.3rem;overflow:hidden}
.bar i{display:block;height:100%;background:var(--accent)}
svg{display:block;max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
@media (max-width:40rem){svg text{font-size:24px}.wide svg text{font-size:12px}}
svg .v{fill:var(--accent)}svg .axis{stroke:var(--line)}svg .top{fill:var(--ink);font-weight:600}
@media print{:root{color-scheme:light;--ink:#000;--soft:#333;--paper:#fff;--panel:#fff;--line:#999;--accent:#0f5ea8}
body{max-width:none;padding:0;font-size:10.5pt}.card,.bar{border:1px solid #999}.bar i,svg .v,.chip{
print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}tr{break-inside:avoid}}
"""

TONES = {
    "passed": "good",
    "graded": "good",
    "partial": "part",
    "repaired": "part",
    "manual": "",
    "marked": "",
    "not_attempted": "",
}
"""Tone of a status; whatever isn't named is "bad"."""


def page(title: str, body: str) -> str:
    """A whole page; `body` is HTML."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def text(value: object) -> str:
    """Escape, and turn `backticks` into code."""
    parts = html.escape(str(value)).split("`")
    if len(parts) % 2 == 0:
        return "`".join(parts)
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


def chip(status: str, said: str | None = None) -> str:
    """A status as a coloured word."""
    return f'<span class="chip {TONES.get(status, "bad")}">{text(said or status.replace("_", " "))}</span>'


def table(head: list[tuple[str, str]], rows: list[list[str]], caption: str = "") -> str:
    """A table; `head` gives each column's title and class, cells are HTML, and the first of a row is its header."""
    titles = "".join(f'<th scope="col" class="{kind}">{text(title)}</th>' for title, kind in head)
    lines = []
    for row in rows:
        cells = [f'<th scope="row">{row[0]}</th>']
        cells += [f'<td class="{kind}">{cell}</td>' for cell, (_, kind) in zip(row[1:], head[1:], strict=True)]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    said = f'<caption class="small soft" style="text-align:left">{text(caption)}</caption>' if caption else ""
    return (
        f'<div class="wide"><table>{said}<thead><tr>{titles}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def number(value: float | None) -> str:
    """Points for people: at most two decimals, no trailing zeros; a dash when there is none yet."""
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")

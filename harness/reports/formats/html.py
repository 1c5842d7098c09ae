"""The HTML form: one file that opens from disk, without network; interactive charts, still ones on paper."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from harness.reports.document import Figure, Report
from harness.reports.formats.html_body import as_json, body, embedded
from harness.reports.formats.plotly_figures import chart, legend
from harness.reports.formats.svg import drawn
from harness.reports.messages import Words

# No script, style, image or font from anywhere else, and no connection to anywhere.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
STYLE = """
:root{color-scheme:light;--ink:#1B2430;--soft:#5A6572;--line:#D5DAE1;--blue:#124E84;--paper:#fff}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:28px 24px 80px;color:var(--ink);background:var(--paper);line-height:1.5;
font:15px/1.5 "Segoe UI","Helvetica Neue",Arial,"PingFang SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif}
h1{font-size:30px;line-height:1.2;margin:0 0 6px}h2{font-size:21px;margin:40px 0 4px;border-top:2px solid var(--blue);padding-top:12px}
h3{font-size:15px;margin:24px 0 6px}p{margin:6px 0;max-width:110ch}
h3.q{margin:12px 0 0;color:var(--blue)}h3.q+p{margin-top:2px}
.kicker,.lead,.note{color:var(--soft)}.kicker{margin:0;font-size:13px}.note{font-size:12.5px}
header+section h2{border-top:0;padding-top:0;margin-top:14px}
nav ol{columns:2;margin:6px 0;padding-left:22px}a{color:var(--blue)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;width:100%}
th{text-align:left;border-bottom:1.5px solid var(--ink);vertical-align:bottom;font-weight:600}
th,td{padding:4px 9px 4px 0}td{border-bottom:1px solid var(--line);overflow-wrap:break-word;vertical-align:top}.id{overflow-wrap:anywhere;min-width:9em}.d{white-space:nowrap}
.n{text-align:right}td.n{white-space:nowrap}td:last-child,th:last-child{padding-right:0}
figure{margin:18px 0 24px}figcaption{font-weight:600;margin-bottom:6px;max-width:80ch}
.still svg{max-width:100%;height:auto;display:block}.live+.still{display:none}
@media print{body{max-width:none;padding:0;font-size:10pt}.live{display:none!important}.live+.still{display:block}
h2,h3{break-after:avoid}tr,figure{break-inside:avoid}.wide{overflow:visible}table{font-size:8pt}a{color:inherit;text-decoration:none}}
"""


def html(report: Report, words: Words) -> str:
    """The whole document."""
    live: list[str] = []

    def draw(figure: Figure) -> str:
        name = f"chart-{len(live)}"
        shown = chart(figure, words).figure
        ink = {"gridcolor": "#D5DAE1", "linecolor": "#D5DAE1"}
        shown.update_layout(
            template={"layout": {}}, font={"color": "#1B2430"}, margin_t=36, paper_bgcolor="#fff", plot_bgcolor="#fff"
        )
        shown.update_xaxes(**ink)
        shown.update_yaxes(**ink)
        live.append(f"[{json.dumps(name)},{_script(str(shown.to_json()))}]")
        still = drawn(figure, legend(words))
        return (
            f'<div class="live" id="{name}" role="img" aria-label="{escape(figure.alt)}" style="height:{int(shown.layout.height)}px"></div>'
            f'<div class="still">{still}</div>'
        )

    inside = body(report, words, draw, marked=True)
    held = as_json(embedded(report, full=False))
    language = "zh-Hans" if report.language == "zh" else "en"
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Landscape">
<link rel="icon" href="data:,">
<title>{escape(report.title)}</title>
<style>{STYLE}</style>
<noscript><style>.live{{display:none}}.live+.still{{display:block}}</style></noscript>
</head>
<body>
{inside}
<script type="application/json" id="landscape-report">{held}</script>
<script>{_plotly()}</script>
<script>
for (const [id, figure] of [{",".join(live)}]) {{
  Plotly.newPlot(id, figure.data, figure.layout, {{responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"]}});
}}
</script>
</body>
</html>
"""


def _plotly() -> str:
    import plotly

    return (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def _script(text: str) -> str:
    """JSON that cannot end the script element that holds it."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")

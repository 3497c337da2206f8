/** What pages have in common: one file with all that it needs, on light paper or dark as the reader has it. */
import { onDarkPaper } from '../plot/colour.ts'
import { escapeXml } from '../plot/svg.ts'

const DARK_PAPER = '#0f141a'

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --quiet: #59636e; --rule: #dde2e8; --card: #f6f8fa;
  --error: #cf222e; --warning: #9a6700; --note: #59636e; --good: #1a7f37 }
@media (prefers-color-scheme: dark) {
:root { --paper: ${DARK_PAPER}; --ink: #e6edf3; --quiet: #97a1ac; --rule: #2c343e; --card: #171d25;
  --error: #ff7b72; --warning: #e3b341; --note: #97a1ac; --good: #56d364 }
${onDarkPaper('.chart svg', 'var(--paper)')}
}
* { box-sizing: border-box }
body { font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
  max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 1.3rem; line-height: 1.2; margin: 3rem 0 1rem; padding-bottom: .4rem; border-bottom: 1px solid var(--rule) }
h3 { font-size: 1rem; line-height: 1.5; margin: 0 }
p { margin: .5rem 0 }
code { font: .9375em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
.eyebrow, .aside { color: var(--quiet) } .eyebrow { font-size: .875rem; margin: 0 0 .25rem }
.verdict { font-size: 1.125rem; font-weight: 600; margin: .75rem 0 1.5rem } .error { --tone: var(--error) }
.warning { --tone: var(--warning) } .info, .nothing { --tone: var(--note) } .good { --tone: var(--good) }
.verdict { color: var(--tone) } .tag { color: var(--tone); font-weight: 700 }
.where { color: var(--quiet); font-weight: 400 }
dl { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .2rem 1.25rem; margin: .6rem 0 0 }
dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
article { background: var(--card); border-left: 3px solid var(--tone); border-radius: 0 6px 6px 0; padding: .9rem 1.1rem; margin: 1rem 0 }
details { margin: 1rem 0 } summary { cursor: pointer; color: var(--quiet) }
table { border-collapse: collapse; width: 100%; margin: .8rem 0 0 }
th { color: var(--quiet); font-weight: 400 } td, th { padding: .3rem 1rem .3rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--rule) }
tr:first-child > * { border-top: 0 }
th:first-child, td:first-child { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; width: 1% }
.kept td { font-weight: 600 }
.chart { overflow-x: auto } .chart svg { display: block; width: 100%; min-width: 40rem; height: auto }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem } }
@media print { article { break-inside: avoid } }
`

/** @param body markup */
export function pageHtml(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)} - thalweg</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`
}

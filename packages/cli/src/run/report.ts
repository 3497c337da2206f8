/** `report.html`: a run on one page that needs nothing else, curves, layers, findings and mends. */
import path from 'node:path'
import { writeFileAtomic } from 'thalweg/train'
import { curvesIn } from '../ensemble/curves.ts'
import { type LineChart, lineChartSvg } from '../plot/line-chart.ts'
import { healthText, networksText } from '../terminal/findings.ts'
import { figure, percent, plural } from '../terminal/format.ts'
import { styleFor } from '../terminal/style.ts'
import { type CaseFile, changesText, type KnownMend, type KnownReading, readCaseFile } from './case-file.ts'
import { comparedCurves, curvesOf, type NamedCurves } from './curves.ts'
import { type RunFolder, readManifest } from './folder.ts'
import { type Case, findingsIn, healthIn } from './health.ts'
import type { Manifest } from './manifest.ts'

export function reportFile({ path: folder }: RunFolder): string {
  return path.join(folder, 'report.html')
}

/** From what the folder holds. */
export async function writeReport(folder: RunFolder): Promise<void> {
  await writeFileAtomic(reportFile(folder), await reportOf(folder))
}

export async function reportOf(folder: RunFolder): Promise<string> {
  const manifest = await readManifest(folder)
  const [curves, caseFile] = await Promise.all([curvesIn(folder, manifest), readCaseFile(folder)])
  return reportHtml({ manifest, curves, caseFile })
}

export interface ReportParts {
  readonly manifest: Manifest
  /** Of an ensemble one for each network. */
  readonly curves: readonly NamedCurves[]
  readonly caseFile: CaseFile
}

/** Layers that a chart names; more lines say nothing. */
const LAYERS = 12

export function reportHtml({ manifest, curves: courses, caseFile }: ReportParts): string {
  const { mends, readings } = caseFile
  const { name, seed, recipe, versions, created } = manifest
  const begun = courses.filter(({ epochs }) => epochs.length > 0)
  const charts = begun.length === 1 ? curvesOf(begun[0]) : comparedCurves(begun)
  const curves = charts.length === 0 ? '' : lineChartSvg(charts, { width: 860, height: 300 })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)} - thalweg</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(name)}</h1>
<p class="aside">${escaped(created)}, seed ${seed}, ${escaped(recipe.optimizer.name)}, thalweg ${escaped(versions.thalweg)}</p>
<h2>Findings</h2>
<p>${escaped(healthText(healthIn(caseFile, manifest), manifest, styleFor({})))}</p>
${findingsIn(caseFile)
  .standing.map((one) => findingHtml(one, manifest))
  .join('\n')}
${mends.length === 0 ? '' : `<h2>Mends</h2>\n${mends.map(mendHtml).join('\n')}`}
<h2>Curves</h2>
${curves || '<p>No epoch was finished.</p>'}
<h2>Layers</h2>
${readings.length < 2 ? '<p>No readings were taken.</p>' : layersHtml(readings)}
</body>
</html>
`
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2.5rem } .aside { color: #59636e }
article { border-left: 4px solid #8c959f; padding: .2rem 1rem; margin: 1rem 0 }
article.warning { border-color: #bf8700 } article.error { border-color: #cf222e } article.mend { border-color: #1a7f37 }
article h3 { margin: .3rem 0; font-size: 1rem } dl { display: grid; grid-template-columns: 6rem 1fr; gap: .1rem 1rem; margin: .4rem 0 }
dt { color: #59636e } dd { margin: 0 } table { border-collapse: collapse } td, th { padding: .15rem .8rem .15rem 0; text-align: left }
svg { max-width: 100%; height: auto }
`

function findingHtml({ finding, networks }: Case, { ensemble = 1 }: Manifest): string {
  const { severity, code, layer, step, message, evidence, cause, source } = finding
  const rows = [
    ['measured', `${figure(evidence.measured)}, the limit is ${figure(evidence.threshold)}: ${evidence.rule}`],
    ['likely', cause],
    ['try', finding.try],
    ['source', source],
  ]
  const list = rows.map(([label, words]) => `<dt>${label}</dt><dd>${escaped(words)}</dd>`).join('')
  return `<article class="${severity}"><h3>${severity}: ${escaped(code)}${layer ? ` in ${escaped(layer)}` : ''}, after ${plural(step, 'step')}${networks ? `, ${networksText(networks, ensemble)}` : ''}</h3>
<p>${escaped(message)}</p><dl>${list}</dl></article>`
}

function mendHtml(mend: KnownMend): string {
  const { codes, step, from, control, candidates, kept, spent, share, margin } = mend
  const rows = candidates
    .map((trial) => `<tr><td>${escaped(changesText(trial))}</td><td>${figure(trial.loss)}</td></tr>`)
    .join('')
  const verdict = kept.length === 0 ? 'nothing was changed' : `${escaped(changesText(mend))}, from step ${from.step} on`
  return `<article class="mend"><h3>${escaped(codes.join(', '))}: ${verdict}</h3>
<p>Decided after ${plural(step, 'step')}; a change has to beat the unchanged run by ${percent(margin, 0)}. The race took ${plural(spent, 'step')}; all races ${percent(share, 0)} of the run.</p>
<table><tr><th>change</th><th>loss</th></tr><tr><td>none</td><td>${figure(control)}</td></tr>${rows}</table></article>`
}

function layersHtml(readings: readonly KnownReading[]): string {
  const x = { label: 'step', isWhole: true }
  const log = (label: string) => ({ label, kind: 'log' as const })
  const ofLayers = (value: (layer: KnownReading['layers'][number]) => number): LineChart['series'] =>
    readings[0].layers.slice(0, LAYERS).map(({ path }, index) => ({
      name: path,
      points: readings.flatMap(({ step, layers }) => {
        const layer = layers[index]
        return layer && value(layer) > 0 ? [[step, value(layer)] as const] : []
      }),
    }))
  const ratios = readings[0].parameters.slice(0, LAYERS).map(({ path }, index) => ({
    name: path,
    points: readings.flatMap(({ step, parameters }) => {
      const parameter = parameters[index]
      return parameter && parameter.ratio > 0 ? [[step, parameter.ratio] as const] : []
    }),
  }))
  const charts: LineChart[] = [
    { title: 'Deviation of the activations', x, y: log('deviation'), series: ofLayers(({ deviation }) => deviation) },
    { title: 'Gradient at the layers', x, y: log('root mean square'), series: ofLayers(({ gradient }) => gradient) },
    { title: 'Updates, relative to the weights', x, y: log('ratio'), series: ratios },
  ]
  const drawn = charts.filter(({ series }) => series.some(({ points }) => points.length > 1))
  return lineChartSvg(drawn, { width: 860, height: 320 })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

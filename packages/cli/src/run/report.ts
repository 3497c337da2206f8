/** `report.html`: a run on one page that needs nothing else: findings, mends, curves, layers. */
import { writeFileAtomic } from 'thalweg/train'
import { curvesIn, type RunCurves } from '../ensemble/curves.ts'
import { lineChartSvg } from '../plot/line-chart.ts'
import { escapeXml } from '../plot/svg.ts'
import { healthText, networksText } from '../terminal/findings.ts'
import { duration, loss, percent, plural, r2 } from '../terminal/format.ts'
import { styleFor } from '../terminal/style.ts'
import type { Row } from '../terminal/summary.ts'
import { type CaseFile, type KnownMend, readCaseFile } from './case-file.ts'
import {
  changesText,
  endText,
  failureRows,
  findingRows,
  mendRows,
  trialsOf,
  verdictOf,
  whenText,
} from './case-words.ts'
import { comparedCurves, curvesOf } from './curves.ts'
import { describeRun } from './description.ts'
import { type KnownResult, type RunFolder, readManifest, readResult, reportFile } from './folder.ts'
import { type Case, findingsIn, type GivenUp, type Health, healthIn } from './health.ts'
import { layerCharts } from './layers.ts'
import type { Manifest } from './manifest.ts'
import { pageHtml } from './page.ts'

/** From what the folder holds. */
export async function writeReport(folder: RunFolder): Promise<void> {
  await writeFileAtomic(reportFile(folder), await reportOf(folder))
}

export async function reportOf(folder: RunFolder): Promise<string> {
  const manifest = await readManifest(folder)
  const [curves, caseFile, result] = await Promise.all([
    curvesIn(folder, manifest),
    readCaseFile(folder),
    readResult(folder),
  ])
  return pageHtml(manifest.name, bodyOf({ manifest, curves, caseFile, result }))
}

interface ReportParts {
  readonly manifest: Manifest
  /** Of an ensemble one for each network. */
  readonly curves: readonly RunCurves[]
  readonly caseFile: CaseFile
  /** Nothing where the run is not finished. */
  readonly result: KnownResult | undefined
}

const WIDTH = 860

function bodyOf({ manifest, curves, caseFile, result }: ReportParts): string {
  const health = healthIn(caseFile, manifest, result !== undefined)
  const { standing, givenUp, led } = findingsIn(caseFile)
  const { mends } = caseFile
  const cases = (list: readonly Case[]): string => list.map((one) => findingHtml(one, manifest)).join('\n')
  const [notes, wrong] = [standing.filter(isNote), standing.filter((one) => !isNote(one))]
  return [
    headerHtml(manifest, health),
    rowsHtml([
      ...resultRows(result, curves, manifest),
      ...describeRun(manifest),
      ...changedRows(led),
      ['made', madeText(manifest)],
    ]),
    ...section('Failure', failureHtml(health)),
    ...section('Findings', `${cases(wrong)}${foldedHtml(notesText(notes), cases(notes))}`),
    ...section('Mends', mends.map(mendHtml).join('\n')),
    ...section('Attempts that were given up', givenUp.map((one) => givenUpHtml(one, cases)).join('\n')),
    ...section('Curves', curvesHtml(curves, manifest)),
    ...section('Layers', layersHtml(caseFile)),
  ].join('\n')
}

/** Nothing where there is nothing in it. */
function section(title: string, content: string): string[] {
  return content === '' ? [] : [`<h2>${title}</h2>`, content]
}

function headerHtml(manifest: Manifest, health: Health): string {
  const tone = toneOf(health)
  const verdict = healthText(health, manifest, styleFor({}))
  return `<header><p class="eyebrow">a run of thalweg train</p>
<h1>${escapeXml(manifest.name)}</h1>
<p class="verdict ${tone}">${escapeXml(verdict)}</p></header>`
}

/** Nothing is good before its end. */
function toneOf({ came, errors, warnings, watched }: Health): string {
  if (came === 'failed' || errors.length > 0) return 'error'
  if (warnings.length > 0) return 'warning'
  return came === 'unfinished' || watched === 'none' || watched === 'lost' ? 'nothing' : 'good'
}

/** What ended it, in the lines that were said of it. */
function failureHtml({ failure }: Health): string {
  if (!failure) return ''
  return `<article class="error"><h3><span class="tag">error</span> <code>${escapeXml(failure.code)}</code>
<span class="where">${endText(failure)}</span></h3>
<p>${escapeXml(failure.rule)}</p>${rowsHtml(failureRows(failure))}</article>`
}

/** How far it came, and how good it is. */
function resultRows(result: KnownResult | undefined, curves: readonly RunCurves[], { recipe }: Manifest): Row[] {
  const done = curves.map(({ epochs }) => epochs.length)
  if (!result) return [['not finished', `${Math.max(0, ...done)} of ${plural(recipe.epochs, 'epoch')}`]]
  const { testLoss, testAccuracy, testR2, seconds, epochs } = result
  const aside = testLoss === undefined ? '' : `, loss ${loss(testLoss)}`
  return [
    ...(testAccuracy === undefined ? [] : [['test accuracy', `${percent(testAccuracy)}${aside}`] as const]),
    ...(testR2 === undefined ? [] : [['test R2', `${r2(testR2)}${aside}`] as const]),
    ...(epochs === undefined || seconds === undefined
      ? []
      : [['trained', `${plural(epochs, 'epoch')} in ${duration(seconds)}`] as const]),
  ]
}

/** What a run ends with is not what it began with. */
function changedRows(mends: readonly KnownMend[]): Row[] {
  const changed = mends.filter(({ changes }) => changes.length > 0)
  return changed.length === 0 ? [] : [['mended', changed.map(changesText).join('; ')]]
}

function madeText({ created, versions }: Manifest): string {
  return `${created.slice(0, 16).replace('T', ' ')} UTC, by thalweg ${versions.thalweg} on Node ${versions.node}`
}

function rowsHtml(rows: readonly Row[]): string {
  return `<dl>${rows.map(([label, words]) => `<dt>${label}</dt><dd>${escapeXml(words)}</dd>`).join('\n')}</dl>`
}

function findingHtml({ finding, networks }: Case, { ensemble = 1 }: Manifest): string {
  const { severity, code, layer, step } = finding
  const where = [
    ...(layer ? [`in ${layer}`] : []),
    whenText(step),
    ...(networks ? [`in ${networksText(networks, ensemble)}`] : []),
  ].join(', ')
  const [[, seen], ...rows] = findingRows(finding)
  return `<article class="${severity}"><h3><span class="tag">${severity === 'info' ? 'note' : severity}</span>
<code>${escapeXml(code)}</code> <span class="where">${escapeXml(where)}</span></h3>
<p>${escapeXml(seen)}</p>${rowsHtml(rows)}</article>`
}

function mendHtml(mend: KnownMend): string {
  const { codes, step } = mend
  const tag = verdictOf(mend)
  const tone = tag === 'mended' ? 'good' : 'nothing'
  const tried = trialsOf(mend).map(
    ({ loss, words, isKept }) =>
      `<tr${isKept ? ' class="kept"' : ''}><td>${loss}</td><td>${escapeXml(words)}${isKept ? ' (kept)' : ''}</td></tr>`,
  )
  return `<article class="${tone}"><h3><span class="tag">${tag}</span> ${codesHtml(codes)}
<span class="where">${whenText(step)}</span></h3>${rowsHtml(mendRows(mend))}
${tried.length === 0 ? '' : `<table><tr><th>loss</th><th>tried</th></tr>${tried.join('\n')}</table>`}</article>`
}

function notesText(notes: readonly Case[]): string {
  return `${plural(notes.length, 'note')}: ${notes.map(({ finding }) => finding.code).join(', ')}`
}

function isNote({ finding }: Case): boolean {
  return finding.severity === 'info'
}

function codesHtml(codes: readonly string[]): string {
  return codes.length === 0 ? '' : `<code>${escapeXml(codes.join(', '))}</code>`
}

function givenUpHtml({ attempt, step, cases }: GivenUp, casesHtml: (cases: readonly Case[]) => string): string {
  const found = plural(cases.length, 'finding')
  return foldedHtml(`attempt ${attempt}, given up ${whenText(step)}: ${found}`, casesHtml(cases))
}

/** Opened by those who want to know; nothing where there is nothing in it. */
function foldedHtml(title: string, content: string): string {
  return content === '' ? '' : `<details><summary>${escapeXml(title)}</summary>\n${content}</details>`
}

/** The best of a search were not trained by themselves: their run has no curves. */
function curvesHtml(runs: readonly RunCurves[], { members }: Manifest): string {
  const begun = runs
    .filter(({ epochs }) => epochs.length > 0)
    .map((run) => (run.member === undefined ? run : { ...run, name: `network ${run.member}` }))
  if (begun.length === 0) return members === 'trials' ? '' : '<p class="aside">No epoch was finished.</p>'
  const charts = begun.length === 1 ? curvesOf(begun[0]) : comparedCurves(begun)
  return chartHtml(lineChartSvg(charts, { width: WIDTH, height: 300, id: 'curves' }))
}

function layersHtml(caseFile: CaseFile): string {
  const { charts, shown, layers } = layerCharts(caseFile)
  if (charts.length === 0) return ''
  const some = shown < layers ? ` of the first ${shown} of ${layers} layers` : ''
  const since = caseFile.mends.some(({ attempt, next }) => attempt !== next) ? ', without what was given up' : ''
  return `<p class="aside">From readings${some} during training${since}.</p>
${chartHtml(lineChartSvg(charts, { width: WIDTH, height: 320, id: 'layers' }))}`
}

function chartHtml(svg: string): string {
  return `<div class="chart">${svg}</div>`
}

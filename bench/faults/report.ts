/** The figures as Markdown. Wording only. */
import type { CodeTally, KindTally, Share, Tally } from './tally.ts'

export function markdown(title: string, tally: Tally): string {
  return [
    `## ${title}`,
    '',
    table(['what', 'figure', '95% interval'], summary(tally)),
    '',
    table(
      [
        'fault',
        'recall',
        'precision',
        'steps to verdict',
        'of',
        'right layer',
        'repaired',
        'by chance',
        'said beside it',
      ],
      tally.kinds.map(kindRow),
    ),
    '',
    table(['finding', 'healthy runs', 'names the fault', 'follows from it', 'beside it'], tally.codes.map(codeRow)),
    ...(tally.healthy.alarms.length > 0
      ? [
          '',
          `Alarms on healthy programs: ${tally.healthy.alarms.map(({ number, codes }) => `${number} (${codes.join(', ')})`).join('; ')}`,
        ]
      : []),
  ].join('\n')
}

function summary({
  healthy,
  recall,
  recallOfKinds,
  leastRecall,
  precision,
  layers,
  repairs,
  kinds,
}: Tally): string[][] {
  return [
    ['healthy runs with a warning or worse', fraction(healthy), interval(healthy.interval)],
    ['faults that were named', fraction(recall), interval(recall.interval)],
    [`recall, mean over ${kinds.length} kinds`, percent(recallOfKinds), ''],
    ['recall of the worst kind', percent(leastRecall), ''],
    ['warnings that name the fault or what it brings about', fraction(precision), interval(precision.interval)],
    ['right layer, where one is at fault', fraction(layers), interval(layers.interval)],
    ...(repairs
      ? [
          ['repaired by `fix`', fraction(repairs.fixed), interval(repairs.fixed.interval)],
          ['repaired by random search, equal budget', fraction(repairs.searched), interval(repairs.searched.interval)],
          ['difference, paired', percent(repairs.difference), interval(repairs.interval)],
        ]
      : []),
  ]
}

function kindRow(kind: KindTally): string[] {
  const { name, count, caught, right, raised, stepsUntil, steps, layers, repaired, searched, strange } = kind
  return [
    name,
    `${caught}/${count}`,
    raised === 0 ? '' : percent(right / raised),
    Number.isNaN(stepsUntil) ? '' : String(stepsUntil),
    String(steps),
    layers.count === 0 ? '' : `${layers.right}/${layers.count}`,
    repaired === undefined ? '' : `${repaired}/${count}`,
    searched === undefined ? '' : `${searched}/${count}`,
    Object.entries(strange)
      .map(([code, times]) => `${code} ${times}`)
      .join(', '),
  ]
}

function codeRow({ code, healthy, expected, brought, strange }: CodeTally): string[] {
  return [code, ...[healthy, expected, brought, strange].map((count) => (count === 0 ? '' : String(count)))]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function fraction({ hits, count }: Share): string {
  return `${hits} of ${count} (${percent(hits / count)})`
}

function interval([low, high]: readonly [number, number]): string {
  return `${percent(low)} to ${percent(high)}`
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)}%` : ''
}

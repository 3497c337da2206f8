/** From what a person typed to a source of data. */
import path from 'node:path'
import { usage } from '../errors.ts'
import { exists } from '../read.ts'
import { experimentSource } from './experiment.ts'
import { imageNames, imagesSource } from './images.ts'
import { pointNames, pointsSource } from './points.ts'
import type { Source } from './source.ts'
import { tableSource } from './table.ts'

const EXPERIMENTS = ['.ts', '.mts', '.js', '.mjs']
const TABLES = ['.csv', '.tsv', '.txt']

export async function resolveSource(target: string, command: string): Promise<Source> {
  const known = pointsSource(target) ?? imagesSource(target)
  if (known) return known
  const extension = path.extname(target).toLowerCase()
  const isExperiment = isExperimentFile(target)
  if (!isExperiment && !TABLES.includes(extension)) throw unknownTarget(target, command)
  if (!(await exists(target))) throw missing(target, command)
  return isExperiment ? experimentSource(target, (other) => resolveSource(other, command)) : tableSource(target)
}

export function isExperimentFile(target: string): boolean {
  return EXPERIMENTS.includes(path.extname(target).toLowerCase())
}

function unknownTarget(target: string, command: string): Error {
  return usage('unknown-target', {
    rule: `${command}: the target must be a dataset, a .csv file or an experiment file (.ts, .js, .mjs)`,
    received: target,
    try: `one of ${[...imageNames, ...pointNames].join(', ')}, or the path of a file`,
  })
}

function missing(target: string, command: string): Error {
  return usage('missing-file', {
    rule: `${command} ${target}: the file must exist`,
    received: 'no such file',
    try: 'check the spelling and the folder you are in',
  })
}

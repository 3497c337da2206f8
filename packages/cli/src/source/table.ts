/** A CSV file: types inferred, split by seed, preprocessing fitted on the training part alone. */
import path from 'node:path'
import { columnScores, prepareTable } from 'thalweg/data'
import { readCsv } from '../csv.ts'
import { usage } from '../errors.ts'
import type { Source } from './source.ts'
import { fitsOf } from './transforms.ts'

export function tableSource(file: string): Source {
  return {
    kind: 'table',
    name: path.basename(file, path.extname(file)),
    takes: ['--target', '--column', '--preprocess'],
    async load({ seed, target, columns: types, preprocess }) {
      const { rows, lines } = await readCsv(file)
      if (target === undefined) throw noTarget(file, rows[0] ?? [])
      if (types && Object.hasOwn(types, target) && types[target] === 'ignore') throw ignoredTarget(file, target)
      const transforms = fitsOf(preprocess)
      const { train, valid, test, preprocessing, notes, ...prepared } = prepareTable(rows, {
        name: path.basename(file),
        target,
        seed,
        lines,
        ...(types && { types }),
        ...(transforms && { transforms }),
      })
      const scores = (column: string): Float64Array => columnScores(prepared.table, column, prepared.rows.train)
      return { train, valid, test, preprocessing, notes, scores, files: [path.resolve(file)] }
    },
  }
}

function ignoredTarget(file: string, target: string): Error {
  return usage('idle-option', {
    rule: `${file}: what is predicted cannot be ignored`,
    received: `--target ${target} --column ${target}=ignore`,
    try: `--column ${target}=number, or --column ${target}=class`,
  })
}

function noTarget(file: string, header: readonly string[]): Error {
  const last = header.at(-1)?.trim()
  return usage('no-target', {
    rule: `${file}: --target must name the column to predict`,
    received: 'no --target',
    try: last
      ? `--target ${/\s/.test(last) ? JSON.stringify(last) : last}, or another of ${header.join(', ')}`
      : '--target NAME',
  })
}

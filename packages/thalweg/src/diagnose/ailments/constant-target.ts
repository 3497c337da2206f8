import type { Ailment } from '../ailment.ts'
import { short } from '../words.ts'

export const constantTarget: Ailment = {
  code: 'constant-target',
  severity: 'warning',
  about:
    'All training examples have the same target. A bias alone learns it, whatever the inputs are, and a loss of 0 says nothing ' +
    'about the network. Where some of several target columns vary, that is a note about the others.',
  rule: 'target columns that have one value in every training example; for classes, 1 where all examples are of one class',
  threshold: 0,
  cause: 'a filter that left one kind of example, the wrong column as the target, or targets that were never filled in',
  try: 'look at where the targets come from; leave out a column that never varies',
  source: 'Bishop, Pattern Recognition and Machine Learning, 2006, section 3.1.1 (what a bias makes up for)',
  when: 'before',
  examine({ data: { targets = [], classCounts = [], examples }, settings: { train } }) {
    // A sample may miss what is rare, and of one example nothing varies.
    if (examples < Math.max(2, train.size)) return []
    if (train.target.kind === 'class') {
      const only = classCounts.indexOf(examples)
      const message = `all ${examples} examples are '${train.target.classes[only]}'`
      return only < 0 ? [] : [{ measured: 1, message }]
    }
    const { names } = train.target
    const constant = targets.flatMap(({ least, most }, at) => {
      return least === most && Number.isFinite(least) ? [`'${names[at]}' is ${short(least)}`] : []
    })
    if (constant.length === 0) return []
    const message = `in all ${examples} examples the target ${constant.slice(0, 5).join(', ')}`
    const severity = constant.length < targets.length ? ('info' as const) : ('warning' as const)
    return [{ measured: constant.length, message, severity }]
  },
}

import type { Ailment } from '../ailment.ts'

export const missingClass: Ailment = {
  code: 'missing-class',
  severity: 'warning',
  about:
    'There are classes that no training example has. The network has an output for each, and learns never to use it.',
  rule: 'classes without an example in the training part',
  threshold: 0,
  cause: 'the examples were split without a look at their classes, or one was read in another spelling',
  try: 'split by seed, which keeps every class in the training part: split(dataset, { seed }), or leave the class out',
  source: 'Kohavi, A study of cross-validation, IJCAI 1995 (stratification)',
  // All the same one: said already.
  unless: ['constant-target'],
  when: 'before',
  examine({ data: { classCounts, examples }, settings: { train } }) {
    // A sample may miss what is rare.
    if (!classCounts || train.target.kind !== 'class' || examples < train.size) return []
    const { classes } = train.target
    const missing = classes.filter((_, label) => classCounts[label] === 0)
    if (missing.length === 0) return []
    return [
      {
        measured: missing.length,
        message: `no example of ${missing
          .slice(0, 5)
          .map((name) => `'${name}'`)
          .join(', ')}`,
      },
    ]
  },
}

import type { Ailment } from '../ailment.ts'

/** Units that are tried in its place. */
const WIDE = 32

export const narrowLayer: Ailment = {
  code: 'narrow-layer',
  severity: 'warning',
  about:
    'A hidden layer has so few units that what the output has to tell apart hardly fits through: classes that fall ' +
    'together there cannot be told apart behind it.',
  rule: 'units of a hidden layer over the bits that tell the classes apart, at least 2',
  threshold: 1,
  cause: 'a bottleneck that is too narrow',
  try: 'more units: at least as many as classes',
  source: 'CS231n, neural networks part 1 (setting number of layers and their sizes)',
  when: 'before',
  examine({ anatomy: { layers }, settings: { train } }) {
    const { target } = train
    // One unit is a bottleneck for whatever comes: a single number goes through it.
    const bits = target.kind === 'class' ? Math.max(2, Math.ceil(Math.log2(target.classes.length))) : 2
    const outputs = target.kind === 'class' ? `${target.classes.length} classes` : `${target.names.length} numbers`
    // The last of them gives the outputs, whatever activation comes behind.
    const hidden = layers.filter(({ kind }) => kind === 'dense' || kind === 'conv').slice(0, -1)
    return hidden
      .map(({ path, kind, outputShape }) => ({ path, kind, units: outputShape[outputShape.length - 1] ?? 0 }))
      .filter(({ units, kind }) => kind === 'dense' && units < bits)
      .sort((a, b) => a.units - b.units)
      .map(({ path, units }) => ({
        measured: units / bits,
        layer: path,
        patches: [{ kind: 'widen-layer' as const, layer: path, units: WIDE }],
        message: `${path} has ${units} unit${units === 1 ? '' : 's'} for ${outputs}`,
      }))
  },
}

/**
 * Where the programs' data comes from: all of it is computed, none of it is read. Three families: figures in the plane and
 * clusters; functions with known answers (Friedman 1991, section 4; networks drawn at random that act as teachers); small
 * images, drawn digits and bars.
 */
import type { Random } from 'thalweg/base'
import { circles, digits, moons, spiral, xor } from 'thalweg/data'
import { type Generated, type Generator, type GeneratorOptions, generatedFrom, rowsFrom } from './table.ts'

export const generators: Readonly<Record<string, Generator>> = {
  moons: ({ rows, noise, seed }) => generatedFrom(moons({ size: rows, noise: 0.08 + 0.12 * noise, seed })),
  circles: ({ rows, noise, seed }) => generatedFrom(circles({ size: rows, noise: 0.05 + 0.05 * noise, seed })),
  xor: ({ rows, noise, seed }) => generatedFrom(xor({ size: rows, noise: 0.08 * noise, seed })),
  spiral: ({ rows, noise, seed, outputs }) =>
    generatedFrom(spiral({ size: rows, noise: 0.01 + 0.03 * noise, classes: outputs, seed })),
  blobs,
  teacherClasses,
  digits: ({ rows, seed }) => halved(generatedFrom(digits({ size: rows, seed }))),
  bars,
  friedman1: ({ rows, noise, random }) =>
    numbers(10, rows, random, noise, (x) => [
      10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4],
    ]),
  friedman2: ({ rows, noise, random }) =>
    numbers(4, rows, random, noise, (x) => {
      const [resistance, inductance] = circuit(x)
      return [Math.hypot(resistance, inductance)]
    }),
  friedman3: ({ rows, noise, random }) =>
    numbers(4, rows, random, noise, (x) => {
      const [resistance, inductance] = circuit(x)
      return [Math.atan2(inductance, resistance + 30)]
    }),
  waves: ({ rows, noise, random, features }) => {
    const pitch = Array.from({ length: features }, () => 2 + 3 * random.uniform())
    return numbers(features, rows, random, noise, (x) => [
      x.reduce((sum, value, i) => sum + Math.sin(pitch[i] * (2 * value - 1)), 0),
    ])
  },
  teacherNumbers,
}

/** The three parts of Friedman's alternating current circuit that his second and third function share. */
function circuit(x: readonly number[]): readonly [resistance: number, reactance: number] {
  const frequency = 2 * Math.PI * (20 + 260 * x[1])
  return [100 * x[0], frequency * x[2] - 1 / (frequency * (1 + 10 * x[3]))]
}

/** Uniform inputs in the unit cube; the noise is a share of the answers' own spread, at most a fifth. */
function numbers(
  features: number,
  rows: number,
  random: Random,
  noise: number,
  answer: (x: readonly number[]) => readonly number[],
): Generated {
  const clean = rowsFrom(rows, () => {
    const inputs = Array.from({ length: features }, () => random.uniform())
    return { inputs, targets: answer(inputs) }
  })
  const outputs = clean.targets.length / rows
  const targets = Float32Array.from(clean.targets)
  for (let column = 0; column < outputs; column++) {
    const spread = deviation(targets.filter((_, i) => i % outputs === column))
    for (let i = column; i < targets.length; i += outputs) targets[i] += 0.2 * noise * spread * random.normal()
  }
  return { task: 'number', shape: [features], outputs, rows: { inputs: clean.inputs, targets } }
}

/** Normal clusters, two for each class, far enough apart that noise 1 lets them touch. */
function blobs({ rows, noise, features, outputs, random }: GeneratorOptions): Generated {
  const centres = Array.from({ length: 2 * outputs }, () => Array.from({ length: features }, () => 3 * random.normal()))
  const spread = 0.4 + 0.8 * noise
  const made = rowsFrom(rows, () => {
    const cluster = random.integer(2 * outputs)
    return { inputs: centres[cluster].map((c) => c + spread * random.normal()), targets: [cluster % outputs] }
  })
  return { task: 'class', shape: [features], outputs, rows: made }
}

/** A network of one hidden layer, drawn at random: what it answers is to be learned. */
function teacher(features: number, outputs: number, random: Random): (x: readonly number[]) => number[] {
  const hidden = 6
  const first = Array.from({ length: hidden }, () => Array.from({ length: features + 1 }, () => random.normal()))
  const second = Array.from({ length: outputs }, () => Array.from({ length: hidden }, () => random.normal()))
  return (x) => {
    const inner = first.map((weights) =>
      Math.tanh((1.5 * x.reduce((sum, value, i) => sum + value * weights[i], weights[features])) / Math.sqrt(features)),
    )
    return second.map((weights) => weights.reduce((sum, weight, i) => sum + weight * inner[i], 0))
  }
}

/** Its largest output is the class; rows that are a close call are drawn again, fewer of them with noise. */
function teacherClasses({ rows, noise, features, outputs, random }: GeneratorOptions): Generated {
  const answer = teacher(features, outputs, random)
  const margin = 0.5 * (1 - noise)
  const made = rowsFrom(rows, () => {
    for (;;) {
      const inputs = Array.from({ length: features }, () => random.normal())
      const scores = answer(inputs)
      const [best, next] = [...scores].sort((a, b) => b - a)
      if (best - next >= margin) return { inputs, targets: [scores.indexOf(best)] }
    }
  })
  return { task: 'class', shape: [features], outputs, rows: made }
}

function teacherNumbers({ rows, noise, features, outputs, random }: GeneratorOptions): Generated {
  const answer = teacher(features, outputs, random)
  return numbers(features, rows, random, noise, (x) => answer(x.map((value) => 3.4 * (value - 0.5))))
}

/** Images of half the height and width, each pixel the mean of four. */
function halved({ shape, rows, ...rest }: Generated): Generated {
  const [height, width] = [shape[0] / 2, shape[1] / 2]
  const count = rows.inputs.length / (4 * height * width)
  const inputs = new Float32Array(count * height * width)
  for (let i = 0; i < inputs.length; i++) {
    const column = i % width
    const row = Math.floor(i / width)
    const at = 2 * row * 2 * width + 2 * column
    const { inputs: from } = rows
    inputs[i] = (from[at] + from[at + 1] + from[at + 2 * width] + from[at + 2 * width + 1]) / 4
  }
  return { ...rest, shape: [height, width, 1], rows: { inputs, targets: rows.targets } }
}

const SIDE = 9

/** Images `[9,9,1]` of one bright bar: lying, standing, rising or falling, somewhere; noise on every pixel. */
function bars({ rows, noise, random }: GeneratorOptions): Generated {
  const made = rowsFrom(rows, () => {
    const direction = random.integer(4)
    const image = Array.from({ length: SIDE * SIDE }, () => 0.1 + (0.08 + 0.12 * noise) * Math.abs(random.normal()))
    const [x, y] = [2 + random.integer(SIDE - 4), 2 + random.integer(SIDE - 4)]
    const bright = 0.7 + 0.3 * random.uniform()
    for (let step = -2; step <= 2; step++) {
      const column = x + (direction === 1 ? 0 : step)
      const row = y + (direction === 0 ? 0 : direction === 3 ? -step : step)
      image[row * SIDE + column] = bright
    }
    return { inputs: image, targets: [direction] }
  })
  return { task: 'class', shape: [SIDE, SIDE, 1], outputs: 4, rows: made }
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

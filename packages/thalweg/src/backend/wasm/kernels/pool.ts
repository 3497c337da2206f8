/**
 * Pooling of images [B, H, W, C] by windows, four channels at a time. No index of a maximum is kept from a forward pass: who
 * needs it (maxPoolTake, maxPoolPut) looks at the window again, which moves less memory than an index per element would.
 */
import { sizeOf } from '../../../base/index.ts'
import type { AveragePoolAttributes } from '../../../graph/index.ts'
import type { Local } from '../code.ts'
import type { KernelFamily } from '../families.ts'
import type { StageParameters } from '../kernel.ts'
import { type Lanes, loadLanes, type Place, storeLanes } from '../lanes.ts'
import { add, and, apply, atLeast, choose, div, keep, or, push, Registers, type Term } from '../terms.ts'
import { isLarger } from './largest.ts'
import type { KernelOf, WholeStage } from './whole-stage.ts'
import { forWindows, type Geometry, geometryOf, type WindowVector, windowUnits } from './window.ts'

const BYTES = 4
/** For each place of each window. */
const NS_PER_READ = 0.4
const NS_PER_WRITE = 0.9

const load = (place: Place, lanes: Lanes): Term => loadLanes(place, 1, lanes, 'float32')
const nanMask = (value: Local): Term => apply('f32x4.ne', value, value)

function assign({ code }: Registers, to: Local, term: Term): void {
  push(code, term)
  code.set(to)
}

function store(registers: Registers, value: Term, place: Place, lanes: Lanes): void {
  storeLanes(registers, value, place, 1, lanes, 'float32')
}

/** Places of all windows together. */
function placesOf({ output, attributes: { window } }: Geometry): number {
  return sizeOf(output) * window[0] * window[1]
}

/** One vector of output from each window. */
function reading(
  geometry: Geometry,
  images: number,
  value: (registers: Registers, vector: WindowVector) => Term,
): WholeStage {
  return {
    units: windowUnits(geometry, 'row'),
    work: placesOf(geometry) * images * NS_PER_READ,
    emit(code, { start, end, pointers }: StageParameters) {
      const registers = new Registers(code)
      const loops = { geometry, images: pointers.slice(0, images), outputs: pointers.slice(images) }
      forWindows(registers, { start, end }, 'row', loops, (vector) => {
        store(registers, value(registers, vector), vector.output(0), vector.lanes)
      })
    },
  }
}

export function maxPoolStage({ attributes, operandShapes: [image], shape }: KernelOf<'maxPool'>): WholeStage {
  return reading(geometryOf(image, shape, attributes), 1, (registers, { lanes, first, each }) => {
    const best = keep(registers, load(first().image(0), lanes))
    const anyNaN = keep(registers, nanMask(best))
    each(({ image: at }) => {
      const value = keep(registers, load(at(0), lanes))
      assign(registers, best, atLeast(best, value))
      assign(registers, anyNaN, or(anyNaN, nanMask(value)))
    })
    // All bits set is a NaN.
    return or(best, anyNaN)
  })
}

export function maxPoolTakeStage({ attributes, operandShapes: [image], shape }: KernelOf<'maxPoolTake'>): WholeStage {
  return reading(geometryOf(image, shape, attributes), 2, (registers, { lanes, first, each }) => {
    const start = first()
    const best = keep(registers, load(start.image(0), lanes))
    const taken = keep(registers, load(start.image(1), lanes))
    each(({ image: at }) => {
      const value = keep(registers, load(at(0), lanes))
      const larger = keep(registers, isLarger('float32', value, best))
      assign(registers, best, choose(larger, value, best))
      assign(registers, taken, choose(larger, load(at(1), lanes), taken))
    })
    return taken
  })
}

export function averagePoolStage({ attributes, operandShapes: [image], shape }: KernelOf<'averagePool'>): WholeStage {
  return reading(geometryOf(image, shape, attributes), 1, (registers, vector) => {
    const sum = keep(registers, 0)
    vector.each(({ image: at }) => assign(registers, sum, add(sum, load(at(0), vector.lanes))))
    return div(sum, divisor(attributes, vector))
  })
}

function divisor({ window, countPadding }: AveragePoolAttributes, { count }: WindowVector): Term {
  return countPadding ? window[0] * window[1] : count
}

/** How a window's share is put to a place of the image. */
type Put = (place: Place, share: Term, lanes: Lanes) => void

/**
 * The adjoint: each window gives something to each of its places. Where windows overlap or leave gaps, a unit is a whole
 * image, which is cleared and then added to, window by window in order; else every place is written just once.
 * Pointers: images that are read, the upstream gradient, the image that is written.
 */
function giving(
  geometry: Geometry,
  imagesRead: number,
  give: (registers: Registers, vector: WindowVector, put: Put) => void,
): WholeStage {
  const unit = geometry.tiles ? 'row' : 'image'
  const [, height, width, channels] = geometry.image
  return {
    units: windowUnits(geometry, unit),
    work: placesOf(geometry) * NS_PER_WRITE,
    emit(code, { start, end, pointers }: StageParameters) {
      const registers = new Registers(code)
      const target = pointers[pointers.length - 1]
      const images = [...pointers.slice(0, imagesRead), target]
      const outputs = [pointers[imagesRead]]
      const put: Put = (place, share, lanes) =>
        store(registers, geometry.tiles ? share : add(load(place, lanes), share), place, lanes)
      const clear = (at: Local): void => {
        code.get(target).get(at).op('i32.add').i32(0)
        code.i32(height * width * channels * BYTES).fillMemory()
      }
      const loops = { geometry, images, outputs }
      forWindows(registers, { start, end }, unit, loops, (vector) => give(registers, vector, put), clear)
    },
  }
}

export function maxPoolPutStage({ attributes, operandShapes: [image, upstream] }: KernelOf<'maxPoolPut'>): WholeStage {
  return giving(geometryOf(image, upstream, attributes), 1, (registers, { lanes, first, each, output }, put) => {
    const start = first()
    const best = keep(registers, load(start.image(0), lanes))
    const where = keep(registers, start.id)
    each(({ image: at, id }) => {
      const value = keep(registers, load(at(0), lanes))
      const larger = keep(registers, isLarger('float32', value, best))
      assign(registers, best, choose(larger, value, best))
      assign(registers, where, choose(larger, id, where))
    })
    const gradient = keep(registers, load(output(0), lanes))
    each(({ image: at, id }) => put(at(1), and(gradient, apply('i32x4.eq', where, id)), lanes))
  })
}

export function averagePoolGradStage({
  attributes,
  operandShapes: [upstream],
  shape,
}: KernelOf<'averagePoolGrad'>): WholeStage {
  return giving(geometryOf(shape, upstream, attributes), 0, (registers, vector, put) => {
    const share = keep(registers, div(load(vector.output(0), vector.lanes), divisor(attributes, vector)))
    vector.each(({ image: at }) => put(at(0), share, vector.lanes))
  })
}

/** Pooling, and the ops that its gradients are made of. */
export const poolingKernels: KernelFamily = {
  wholes: {
    maxPool: maxPoolStage,
    maxPoolTake: maxPoolTakeStage,
    maxPoolPut: maxPoolPutStage,
    averagePool: averagePoolStage,
    averagePoolGrad: averagePoolGradStage,
  },
}

/**
 * Packing: a block of a matrix copied so that the inner loop reads it in order. A panel holds, for every k, the values of
 * `columns` neighbouring columns side by side; columns that a last panel lacks are zero.
 */
import type { Code, FunctionReference, Int, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'

const ELEMENT = 4
const VECTOR = 16
/** Elements of a cache line: panels that share the lines of the source are filled in one go. */
const LINE = 16

/**
 * Packs a row-major matrix of `depth` rows (k) into one panel after another. Parameters: source, stride (bytes from k to
 * k + 1), depth (not 0), width (columns), target.
 */
export function packRows(shared: SharedFunctions, columns: number): FunctionReference {
  return shared.function(`pack ${columns} rows`, ['i32', 'i32', 'i32', 'i32', 'i32'], (code) => {
    const [source, stride, depth, width, target] = code.parameters
    const panelBytes = code.local('i32')
    code
      .get(depth)
      .i32(columns * ELEMENT)
      .op('i32.mul')
      .set(panelBytes)
    const parameters = { source, stride, depth, target, panelBytes }
    // Most columns at once first: whole lines, then whole panels, then what is left of the last one.
    for (const panels of LINE > columns ? [LINE / columns, 1] : [1])
      whileAtLeast(code, width, panels * columns, () => {
        copyPanels(code, columns, panels, parameters)
        code.increase(source, panels * columns * ELEMENT)
        for (let i = 0; i < panels; i++) code.increase(target, panelBytes)
      })
    code.get(width).if(() => {
      code.get(target).i32(0).get(panelBytes).fillMemory()
      copyColumns(code, columns, width, parameters)
    })
  })
}

interface PackParameters {
  readonly source: Local
  readonly stride: Local
  readonly depth: Local
  readonly target: Local
  readonly panelBytes: Local
}

/** `while (left >= count) { body(); left -= count }` */
function whileAtLeast(code: Code, left: Local, count: number, body: () => void): void {
  code.block((done) => {
    code.loop((again) => {
      code.get(left).i32(count).op('i32.lt_s').branchIf(done)
      body()
      code.increase(left, -count)
      code.branch(again)
    })
  })
}

/** Neighbouring full panels, row by row. */
function copyPanels(code: Code, columns: number, panels: number, parameters: PackParameters): void {
  const from = code.local('i32')
  const to = code.locals('i32', panels)
  const row = code.local('i32')
  code.get(parameters.source).set(from)
  to.forEach((pointer, i) => {
    code.get(i === 0 ? parameters.target : to[i - 1])
    if (i > 0) code.get(parameters.panelBytes).op('i32.add')
    code.set(pointer)
  })
  code.for(row, 0, parameters.depth, 1, () => {
    to.forEach((pointer, i) => {
      for (let v = 0; v < columns / 4; v++)
        code
          .get(pointer)
          .get(from)
          .load('v128.load', i * columns * ELEMENT + v * VECTOR)
          .store('v128.store', v * VECTOR)
      code.increase(pointer, columns * ELEMENT)
    })
    code.increase(from, parameters.stride)
  })
}

/** The few columns of the last panel, one after another. */
function copyColumns(code: Code, columns: number, width: Local, parameters: PackParameters): void {
  const from = code.local('i32')
  const to = code.local('i32')
  const row = code.local('i32')
  const column = code.local('i32')
  code.for(column, 0, width, 1, () => {
    elementAddress(code, parameters.source, column).set(from)
    elementAddress(code, parameters.target, column).set(to)
    code.for(row, 0, parameters.depth, 1, () => {
      code.get(to).get(from).load('i32.load').store('i32.store')
      code.increase(from, parameters.stride).increase(to, columns * ELEMENT)
    })
  })
}

function elementAddress(code: Code, base: Local, element: Int): Code {
  return code.get(base).int(element).i32(ELEMENT).op('i32.mul').op('i32.add')
}

/**
 * Packs a matrix whose columns are stored as rows (k runs along memory). Parameters: source, stride (bytes from column to
 * column), depth, width (columns), target.
 */
export function packColumns(shared: SharedFunctions, columns: number): FunctionReference {
  return shared.function(`pack ${columns} columns`, ['i32', 'i32', 'i32', 'i32', 'i32'], (code) => {
    const [source, stride, depth, width, target] = code.parameters
    const part = code.local('i32')
    const lanes = code.local('i32')
    const four = transposeFour(shared, columns)
    const few = transposeFew(shared, columns)
    code.block((done) => {
      code.loop((again) => {
        code.get(width).i32(0).op('i32.le_s').branchIf(done)
        code.for(part, 0, columns, 4, () => {
          code.get(width).get(part).op('i32.sub').set(lanes)
          const push = (): Code => {
            code.get(source).get(part).get(stride).op('i32.mul').op('i32.add')
            return elementAddress(code.get(stride).get(depth), target, part)
          }
          code.get(lanes).i32(4).op('i32.ge_s')
          code.if(
            () => push().call(four),
            () => push().get(lanes).call(few),
          )
        })
        code.get(source).get(stride).i32(columns).op('i32.mul').op('i32.add').set(source)
        code
          .get(target)
          .get(depth)
          .i32(columns * ELEMENT)
          .op('i32.mul')
          .op('i32.add')
          .set(target)
        code.increase(width, -columns)
        code.branch(again)
      })
    })
  })
}

/** Four stored rows become lanes 0..3 of each k. Parameters: source, stride, depth, target. */
function transposeFour(shared: SharedFunctions, columns: number): FunctionReference {
  return shared.function(`transpose 4 into ${columns}`, ['i32', 'i32', 'i32', 'i32'], (code) => {
    const [source, stride, depth, target] = code.parameters
    const rows = code.locals('i32', 4)
    const [a, b, c, d] = code.locals('v128', 4)
    const [ab, cd, abHigh, cdHigh] = code.locals('v128', 4)
    const k = code.local('i32')
    const whole = code.local('i32')
    rows.forEach((row, i) => {
      code.get(i === 0 ? source : rows[i - 1])
      if (i > 0) code.get(stride).op('i32.add')
      code.set(row)
    })
    code.get(depth).i32(-4).op('i32.and').set(whole)
    code.for(k, 0, whole, 4, () => {
      ;[a, b, c, d].forEach((vector, i) => {
        code.get(rows[i]).load('v128.load').set(vector)
        code.increase(rows[i], VECTOR)
      })
      code.get(a).get(b).shuffle(0, 4, 1, 5).set(ab)
      code.get(c).get(d).shuffle(0, 4, 1, 5).set(cd)
      code.get(a).get(b).shuffle(2, 6, 3, 7).set(abHigh)
      code.get(c).get(d).shuffle(2, 6, 3, 7).set(cdHigh)
      const halves = [
        [ab, cd, 0],
        [ab, cd, 2],
        [abHigh, cdHigh, 0],
        [abHigh, cdHigh, 2],
      ] as const
      halves.forEach(([first, second, lane], i) => {
        code
          .get(target)
          .get(first)
          .get(second)
          .shuffle(lane, lane + 1, lane + 4, lane + 5)
        code.store('v128.store', i * columns * ELEMENT)
      })
      code.increase(target, 4 * columns * ELEMENT)
    })
    code.forRest(k, depth, 1, () => {
      rows.forEach((row, i) => {
        code
          .get(target)
          .get(row)
          .load('i32.load')
          .store('i32.store', i * ELEMENT)
        code.increase(row, ELEMENT)
      })
      code.increase(target, columns * ELEMENT)
    })
  })
}

/** The same for 0 to 3 stored rows; the other lanes become zero. Parameters: source, stride, depth, target, lanes (may be negative). */
function transposeFew(shared: SharedFunctions, columns: number): FunctionReference {
  return shared.function(`transpose few into ${columns}`, ['i32', 'i32', 'i32', 'i32', 'i32'], (code) => {
    const [source, stride, depth, target, lanes] = code.parameters
    const k = code.local('i32')
    const lane = code.local('i32')
    const from = code.local('i32')
    code.for(k, 0, depth, 1, () => {
      code.get(target).f32x4(0).store('v128.store')
      code.get(source).set(from)
      code.for(lane, 0, lanes, 1, () => {
        elementAddress(code, target, lane).get(from).load('i32.load').store('i32.store')
        code.increase(from, stride)
      })
      code.increase(source, ELEMENT).increase(target, columns * ELEMENT)
    })
  })
}

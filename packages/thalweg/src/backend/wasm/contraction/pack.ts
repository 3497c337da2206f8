/**
 * Packing: a block of a matrix copied so that the inner loop reads it in order. A panel holds, for every k, the values of
 * `columns` neighbouring columns side by side; columns that a last panel lacks are zero.
 */
import type { Code, FunctionReference, Int, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'

const ELEMENT = 4
const VECTOR = 16
/** Elements of a cache line. */
const LINE = 16

/**
 * Packs a row-major matrix of `depth` rows (k) into one panel after another. Parameters: source, stride (bytes from k to
 * k + 1), depth (not 0), width (columns), target, panelStride (bytes from panel to panel).
 *
 * Rows are read from end to end, as the caches like it, and as many at once as fill a line of each panel.
 */
export function packRows(shared: SharedFunctions, columns: number): FunctionReference {
  return shared.function(`pack ${columns} rows`, new Array<'i32'>(6).fill('i32'), (code) => {
    const [source, stride, depth, width, target, panelStride] = code.parameters
    const panels = code.local('i32')
    const panel = code.local('i32')
    const k = code.local('i32')
    const limit = code.local('i32')
    const line = code.local('i32')
    const lineTarget = code.local('i32')
    const to = code.local('i32')
    const atOnce = Math.max(1, LINE / columns)
    const from = code.locals('i32', atOnce)

    const copyRows = (rows: number): void => {
      code
        .get(depth)
        .i32(rows - 1)
        .op('i32.sub')
        .set(limit)
      code.forRest(k, limit, rows, () => {
        for (let r = 0; r < rows; r++) {
          code.get(r === 0 ? line : from[r - 1])
          if (r > 0) code.get(stride).op('i32.add')
          code.set(from[r])
        }
        code.get(lineTarget).set(to)
        code.for(panel, 0, panels, 1, () => {
          for (let r = 0; r < rows; r++)
            for (let v = 0; v < columns / 4; v++) {
              code
                .get(to)
                .get(from[r])
                .load('v128.load', v * VECTOR)
              code.store('v128.store', r * columns * ELEMENT + v * VECTOR)
            }
          for (let r = 0; r < rows; r++) code.increase(from[r], columns * ELEMENT)
          code.increase(to, panelStride)
        })
        code.get(line).get(stride).i32(rows).op('i32.mul').op('i32.add').set(line)
        code.increase(lineTarget, rows * columns * ELEMENT)
      })
    }

    code.get(width).i32(columns).op('i32.div_u').set(panels)
    code.get(panels).if(() => {
      code.get(source).set(line).get(target).set(lineTarget)
      copyRows(atOnce)
      if (atOnce > 1) copyRows(1)
    })
    code.get(width).i32(columns).op('i32.rem_u').tee(width)
    code.if(() => {
      code
        .get(source)
        .get(panels)
        .i32(columns * ELEMENT)
        .op('i32.mul')
        .op('i32.add')
        .set(source)
      code.get(target).get(panels).get(panelStride).op('i32.mul').op('i32.add').set(target)
      code
        .get(target)
        .i32(0)
        .get(depth)
        .i32(columns * ELEMENT)
        .op('i32.mul')
        .fillMemory()
      copyColumns(code, columns, { source, stride, depth, width, target })
    })
  })
}

interface PackParameters {
  readonly source: Local
  readonly stride: Local
  readonly depth: Local
  readonly width: Local
  readonly target: Local
}

/** The few columns of the last panel, one after another. */
function copyColumns(code: Code, columns: number, { source, stride, depth, width, target }: PackParameters): void {
  const from = code.local('i32')
  const to = code.local('i32')
  const row = code.local('i32')
  const column = code.local('i32')
  code.for(column, 0, width, 1, () => {
    elementAddress(code, source, column).set(from)
    elementAddress(code, target, column).set(to)
    code.for(row, 0, depth, 1, () => {
      code.get(to).get(from).load('i32.load').store('i32.store')
      code.increase(from, stride).increase(to, columns * ELEMENT)
    })
  })
}

function elementAddress(code: Code, base: Local, element: Int): Code {
  return code.get(base).int(element).i32(ELEMENT).op('i32.mul').op('i32.add')
}

/**
 * Packs a matrix whose columns are stored as rows (k runs along memory). Parameters: source, stride (bytes from column to
 * column), depth, width (columns), target, panelStride.
 */
export function packColumns(shared: SharedFunctions, columns: number): FunctionReference {
  return shared.function(`pack ${columns} columns`, new Array<'i32'>(6).fill('i32'), (code) => {
    const [source, stride, depth, width, target, panelStride] = code.parameters
    const column = code.local('i32')
    const part = code.local('i32')
    const lanes = code.local('i32')
    const four = transposeFour(shared, columns)
    const few = transposeFew(shared, columns)
    code.for(column, 0, width, columns, () => {
      code.for(part, 0, columns, 4, () => {
        const pushArguments = (): Code => {
          code.get(source).get(part).get(stride).op('i32.mul').op('i32.add')
          return elementAddress(code.get(stride).get(depth), target, part)
        }
        code.get(width).get(column).op('i32.sub').get(part).op('i32.sub').tee(lanes)
        code
          .i32(4)
          .op('i32.ge_s')
          .if(
            () => pushArguments().call(four),
            () => pushArguments().get(lanes).call(few),
          )
      })
      code.get(source).get(stride).i32(columns).op('i32.mul').op('i32.add').set(source)
      code.increase(target, panelStride)
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

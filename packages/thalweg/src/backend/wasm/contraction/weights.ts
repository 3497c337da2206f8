/** Weights of convolutions as panels (pack.ts): once for all images. */
import type { Code, Int, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'
import { atMost } from './matmul.ts'
import { packColumns, packRows } from './pack.ts'
import { ELEMENT, type Tile } from './tile.ts'
import type { Phase, Window } from './window.ts'

/** What the packing of weights asks for. */
export interface PanelShape {
  readonly window: Window
  readonly phases: readonly Phase[]
  readonly tile: Tile
  /** Channels of a group; of all groups together where the convolution is depthwise. */
  readonly inputs: number
  readonly outputs: number
  /** Steps along K of all phases together. */
  readonly depth: number
}

/** Where a panel's weights are, and where it goes: its group, and its first column in it. */
export interface PanelOfWeights {
  readonly weights: Local
  readonly group: Int
  readonly column: Local
  readonly to: Local
}

/** Writes the packing of one panel: K runs over all taps of all phases, and for each over the channels of the source. */
export function panelPacker(
  code: Code,
  shared: SharedFunctions,
  { window, tile, inputs, outputs, depth, phases }: PanelShape,
  transposed: boolean,
): (panel: PanelOfWeights) => void {
  const [, kernelWidth] = window.kernel
  // Outputs of the kernel as it is stored: of the forward convolution.
  const storedOutputs = transposed ? window.channels : window.resultChannels
  const width = code.local('i32')
  const from = code.local('i32')
  return ({ weights, group, column, to }) => {
    atMost(code, outputs, column, tile.columns, width)
    if (transposed) {
      // Rows of the packed matrix are outputs of the kernel, its columns are channels.
      code.sum(weights, [column, storedOutputs * ELEMENT], [group, inputs * ELEMENT]).set(from)
      const taps = phases.flatMap((phase) => phase.taps)
      taps.forEach(({ kernel: [y, x] }, i) => {
        code.sum(from, [(y * kernelWidth + x) * outputs * storedOutputs, ELEMENT])
        code.ints(storedOutputs * ELEMENT, inputs, width).sum(to, [i * inputs * tile.columns, ELEMENT])
        code.i32(0).call(packColumns(shared, tile.columns))
      })
    } else {
      code.sum(weights, [group, outputs * ELEMENT], [column, ELEMENT])
      code.ints(storedOutputs * ELEMENT, depth, width, to, 0).call(packRows(shared, tile.columns))
    }
  }
}

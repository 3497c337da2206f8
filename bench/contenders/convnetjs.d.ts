/** What the bench uses of ConvNetJS 0.3.0, which has no types of its own. */
declare module 'convnetjs' {
  /** Numbers [sx, sy, depth], the depth last. */
  class Vol {
    constructor(sx: number, sy: number, depth: number, value?: number)
    readonly w: Float64Array
  }

  interface Layer {
    readonly layer_type: string
    /** Of `fc` and `conv` layers: one for each unit. */
    readonly filters?: readonly Vol[]
    readonly biases?: Vol
  }

  class Net {
    makeLayers(definitions: readonly Readonly<Record<string, string | number>>[]): void
    readonly layers: readonly Layer[]
  }

  class Trainer {
    constructor(net: Net, options: Readonly<Record<string, string | number>>)
    /** One example; the weights move after every `batch_size` of them. */
    train(x: Vol, label: number): { readonly cost_loss: number }
  }

  const convnetjs: { Vol: typeof Vol; Net: typeof Net; Trainer: typeof Trainer }
  // biome-ignore lint/style/noDefaultExport: it is a CommonJS module
  export default convnetjs
}

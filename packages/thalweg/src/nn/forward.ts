/**
 * Runs a model once over a symbolic input: records its nodes, makes the parameters that the store does not have yet,
 * and gives every layer its scope.
 *
 * Names: a layer is called by its `name`, or by its kind and its number among its siblings (`dense1`, `dense2`). An
 * instance that is used more than once keeps the path of its first use, and so shares its weights with itself.
 */
import { hashText, ThalwegError } from '../base/index.ts'
import { type Variable, withScope } from '../graph/index.ts'
import { assign as assignVariable, Tensor, uniform, variableTensor } from '../tensor/index.ts'
import type { Layer, Model, Scope } from './layer.ts'
import { originalOf } from './sequential.ts'
import type { Store } from './store.ts'

/** One layer at work, for whoever watches: summaries, probes. */
export interface LayerCall {
  readonly path: string
  readonly layer: Layer
  readonly input: Tensor
  readonly output: Tensor
}

export interface ForwardOptions {
  readonly store: Store
  /**
   * Batch statistics and dropout, or what they become at test time. A function decides layer by layer:
   * `(layer) => layer.kind !== 'batchNorm'` freezes the running statistics. A container decides nothing for its layers.
   */
  readonly training: boolean | ((layer: Layer) => boolean)
  /** Seed int32 [2] and step int32 [] for layers that draw numbers. Needed in training with such layers. */
  readonly random?: { readonly seed: Tensor; readonly step: Tensor }
  /**
   * Called once for every parameter, in the order of first use, with its value; the model sees what it returns. This is
   * how a trainer collects what to differentiate by, and how a look-ahead takes gradients elsewhere.
   */
  readonly substitute?: (variable: Variable, value: Tensor) => Tensor
  /** What to do with new states; default: assigned at the end of the step that is being recorded. */
  readonly assign?: (variable: Variable, value: Tensor) => void
  /** Called after every layer. */
  readonly observe?: (call: LayerCall) => void
}

/**
 * The model's output for `x` [batch, ...].
 *
 * @throws ThalwegError with the path of the layer in front of the rule that it breaks; `nn/not-a-model`, `nn/not-a-tensor`
 */
export function forward(model: Model, x: Tensor, options: ForwardOptions): Tensor {
  requireModel(model)
  const recording = new Recording(options)
  if (typeof model === 'function') return requireTensor(model(x, recording.scope('')), 'the model')
  try {
    return requireTensor(model.forward(x, recording.scope('', model)), 'the layer')
  } catch (error) {
    throw recording.within(model.name ?? model.kind, error)
  }
}

/** Makes every parameter and state that `model` needs for inputs like `x`, and throws the nodes away. */
export function build(model: Model, x: Tensor, store: Store): void {
  forward(model, x, { store, training: false })
}

/** What lasts for one forward call, over all scopes. */
class Recording {
  readonly options: ForwardOptions
  /** One tensor per variable, so that a shared weight is one node to differentiate by. */
  readonly values = new Map<Variable, Tensor>()
  readonly assigned = new Set<Variable>()
  readonly paths = new Map<Layer, string>()
  readonly draws = new Map<string, number>()
  /** Errors that already name their layer. */
  readonly named = new WeakSet<Error>()

  constructor(options: ForwardOptions) {
    this.options = options
  }

  /** Of `layer`; a function that is the whole model has none, and is in training only where everything is. */
  scope(path: string, layer?: Layer, next?: Layer): Scope {
    const { store, training: mode } = this.options
    const training = typeof mode === 'boolean' ? mode : layer !== undefined && mode(layer)
    const inside = (name: string) => (path === '' ? name : `${path}.${name}`)
    const siblings = new Siblings(path)
    return {
      training,
      path,
      biasIsLost: next?.centersChannels === true,
      parameter: (name, shape, initialize, options) =>
        this.parameter(store.parameter({ path: inside(name), shape, initialize, ...options })),
      state: (name, shape, initial, dtype = 'float32') =>
        this.value(store.state({ path: inside(name), shape, initial, dtype })),
      assign: (name, value) => this.assign(inside(name), value),
      uniform: (shape) => this.uniform(path, shape),
      call: (layer, x, next) => {
        const instance = originalOf(layer)
        const place = this.paths.get(instance) ?? inside(siblings.nameFor(layer))
        this.paths.set(instance, place)
        return this.call(layer, x, place, next)
      },
    }
  }

  call(layer: Layer, x: Tensor, path: string, next: Layer | undefined): Tensor {
    try {
      const run = () => layer.forward(x, this.scope(path, layer, next))
      const output = requireTensor(withScope(path.slice(path.lastIndexOf('.') + 1), run), 'the layer')
      this.options.observe?.({ path, layer, input: x, output })
      return output
    } catch (error) {
      throw this.within(path, error)
    }
  }

  /** Errors of nodes carry the path already; those of a layer's own checks get it here. */
  within(path: string, error: unknown): unknown {
    if (!(error instanceof ThalwegError) || this.named.has(error)) return error
    const already = error.rule.startsWith(`${path}:`) || error.rule.startsWith(`${path}.`)
    const named = already ? error : error.within(path)
    this.named.add(named)
    return named
  }

  parameter(variable: Variable): Tensor {
    const known = this.values.get(variable)
    if (known) return known
    const value = variableTensor(variable)
    const seen = this.options.substitute ? this.options.substitute(variable, value) : value
    this.values.set(variable, seen)
    return seen
  }

  value(variable: Variable): Tensor {
    const known = this.values.get(variable) ?? variableTensor(variable)
    this.values.set(variable, known)
    return known
  }

  assign(path: string, value: Tensor): void {
    const entry = this.options.store.entries.get(path)
    if (!entry) {
      throw new ThalwegError('nn/unknown-state', {
        rule: `${path}: only a state that was read or made before can be assigned`,
        received: 'an assignment to a state that the scope does not have',
        try: 'call scope.state with this name first',
      })
    }
    if (this.assigned.has(entry.variable)) {
      throw new ThalwegError('nn/assigned-twice', {
        rule: `${path}: a state takes one new value a step`,
        received: 'a second assignment, by a layer that is used more than once',
        try: 'give each place in the model a layer instance of its own, such as one batchNorm() each',
      })
    }
    this.assigned.add(entry.variable)
    const assign = this.options.assign ?? assignVariable
    assign(entry.variable, value)
  }

  uniform(path: string, shape: readonly number[]): Tensor {
    const { random } = this.options
    if (!random) {
      throw new ThalwegError('nn/no-random', {
        rule: `${path || 'the model'}: random numbers need a seed and a step`,
        received: 'a forward call without them',
        try: 'pass forward the option random: { seed, step }, or training: false',
      })
    }
    const draw = this.draws.get(path) ?? 0
    this.draws.set(path, draw + 1)
    return uniform(shape, { ...random, stream: hashText(`${path}/${draw}`) })
  }
}

/** Types rule these two out, but not every program is checked for its types. */
function requireModel(model: unknown): void {
  const isLayer = typeof model === 'object' && model !== null && 'forward' in model
  if (isLayer || typeof model === 'function') return
  throw new ThalwegError('nn/not-a-model', {
    rule: 'a model must be a layer, or a function from tensor to tensor',
    received: Array.isArray(model) ? 'a list' : String(model),
    try: 'give sequential(dense(16), relu(), dense(2)), or a function (x, scope) => ...',
  })
}

function requireTensor(output: Tensor, what: string): Tensor {
  if (output instanceof Tensor) return output
  throw new ThalwegError('nn/not-a-tensor', {
    rule: `${what} must return a tensor`,
    received: typeof output,
    try: 'return the last tensor; a function in braces needs the word return',
  })
}

/** Names within one scope. */
class Siblings {
  readonly path: string
  readonly taken = new Set<string>()
  readonly counts = new Map<string, number>()

  constructor(path: string) {
    this.path = path
  }

  nameFor(layer: Layer): string {
    const name = layer.name ?? this.numbered(layer.kind)
    if (!/^[^./\s][^./]*$/.test(name)) {
      throw new ThalwegError('nn/bad-name', {
        rule: `${this.path || 'the model'}: a layer's name must not be empty nor contain a dot or a slash`,
        received: `'${name}'`,
        try: "name it like 'head' or 'block1'; the dots of a path come from nesting",
      })
    }
    if (this.taken.has(name)) {
      throw new ThalwegError('nn/name-taken', {
        rule: `${this.path || 'the model'}: layers side by side must have different names`,
        received: `two layers named '${name}'`,
        try: 'rename one of them, or use the same layer instance twice to share its weights',
      })
    }
    this.taken.add(name)
    return name
  }

  numbered(kind: string): string {
    for (;;) {
      const count = (this.counts.get(kind) ?? 0) + 1
      this.counts.set(kind, count)
      if (!this.taken.has(`${kind}${count}`)) return `${kind}${count}`
    }
  }
}

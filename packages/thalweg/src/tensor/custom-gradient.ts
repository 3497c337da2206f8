/** Functions whose derivative is given instead of derived: where the derived one is unstable, wasteful, or zero. */
import { ThalwegError } from '../base/index.ts'
import { createCustomGradient } from '../grad/index.ts'
import { Tensor } from './tensor.ts'

export interface CustomGradientOptions {
  /** For errors and printed graphs. Default the forward function's own. */
  readonly name?: string
}

/**
 * A vector-Jacobian product: from the gradient `g` of the loss with respect to the result `y` (of its shape), the gradient
 * with respect to each of the operands `xs`, of their shapes. For an int32 operand any tensor will do; it is not used.
 */
export type Backward<Operands extends readonly Tensor[]> = (
  g: Tensor,
  context: { readonly xs: Operands; readonly y: Tensor },
) => { readonly [Place in keyof Operands]: Tensor }

/**
 * `forward` with `backward` as its derivative. Both are made of tensor ops, recorded once and compiled with the rest of the
 * step; `backward` may be differentiated again. No gradient flows through what `forward` is made of, so a tensor that it
 * takes from outside of its arguments is held still.
 *
 * Check it: `gradientCheck` of `thalweg/diagnose` compares what `backward` says with differences of what `forward` does.
 *
 *     // Gradients no larger than 1, whatever comes after.
 *     const gate = customGradient((x) => x, (g) => [clip(g, -1, 1)])
 *
 * It may stand in a model as it is, like every function from tensor to tensor: `sequential(dense(16), gate)`.
 *
 * @throws ThalwegError `tensor/not-a-tensor` for an operand that is none; `grad/bad-custom-gradient`, when a gradient is taken,
 * where `backward` returns other shapes
 */
export function customGradient<Operands extends readonly Tensor[]>(
  forward: (...xs: Operands) => Tensor,
  backward: Backward<Operands>,
  options: CustomGradientOptions = {},
): (...xs: Operands) => Tensor {
  const name = options.name ?? (forward.name || 'customGradient')
  return (...given) => {
    const xs: readonly unknown[] = given.filter((operand, place) => !(place > 0 && isScope(operand)))
    if (!areOperands<Operands>(xs)) throw notTensors(name, xs)
    const y: Tensor = new Tensor(
      createCustomGradient(
        name,
        forward(...xs).node,
        xs.map((x) => x.node),
        // It sees the result with the derivative that it gives, so that this one is taken again in second derivatives.
        (g) => backward(new Tensor(g), { xs, y }).map((gradient) => gradient.node),
      ),
    )
    return y
  }
}

function areOperands<Operands extends readonly Tensor[]>(list: readonly unknown[]): list is Operands {
  return list.every((operand) => operand instanceof Tensor)
}

/** A model calls its functions with the scope of a layer behind the tensor, which is no operand. */
function isScope(operand: object): boolean {
  return 'parameter' in Object(operand) && !(operand instanceof Tensor)
}

function notTensors(name: string, given: readonly unknown[]): ThalwegError {
  return new ThalwegError('tensor/not-a-tensor', {
    rule: `${name}: every operand must be a tensor`,
    received: given.map((operand) => (operand instanceof Tensor ? 'a tensor' : String(operand))).join(', '),
    try: 'make a tensor of it: tensor([1, 2, 3]), or scalar(1)',
  })
}

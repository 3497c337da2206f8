/** Derivatives as tensors. */
import { gradients as gradientNodes } from '../grad/index.ts'
import { Tensor } from './tensor.ts'

/** d loss / d each of `wrt`, as tensors of their shapes; zeros where the loss does not depend on one. Loss is a scalar. */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  return gradientNodes(
    loss.node,
    wrt.map(({ node }) => node),
  ).map((node) => new Tensor(node))
}

/** The kernels of the lab, each with the problems that it is timed on. */
import { CONV } from './conv.ts'
import { MATMUL } from './matmul.ts'
import { PRODUCTS } from './products.ts'
import { REDUCTION } from './reduction.ts'
import type { Family } from './version.ts'

export const FAMILIES: Readonly<Record<string, readonly Family[]>> = {
  matmul: [MATMUL],
  products: PRODUCTS,
  conv: [CONV],
  reduction: [REDUCTION],
}

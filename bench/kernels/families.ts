/** The kernels of the lab. */
import { CONV } from './conv.ts'
import { MATMUL } from './matmul.ts'
import { REDUCTION } from './reduction.ts'
import type { Family } from './version.ts'

export const FAMILIES: Readonly<Record<string, Family>> = { matmul: MATMUL, conv: CONV, reduction: REDUCTION }

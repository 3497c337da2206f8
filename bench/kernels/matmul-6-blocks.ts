/**
 * The library's kernel for vectors of 128 bits (contraction/matmul.ts): K in pieces, so that a piece of a panel and the rows
 * that pass by it fit the first cache; blocks of rows and columns that fit the second; steps written out eight at a time;
 * one instruction for multiplication and addition where the engine has it; and a walk that is fenced step by step where a
 * compiler would otherwise move all loads to the top and run out of registers.
 */
import { house, narrow } from './house.ts'
import type { MatmulProblem } from './matmul-problem.ts'
import type { Version } from './version.ts'

/** The best tiles for 15 registers of 128 bits; the library has the same (features.ts). */
const TILES = [
  { rows: 4, columns: 8 },
  { rows: 2, columns: 16 },
  { rows: 4, columns: 4 },
]

export const blocks: Version<MatmulProblem> = {
  name: '6 blocks, unrolled, fused (the library, 128 bits)',
  build: (problem, operands, features) => house(problem, operands, narrow(features, TILES)),
}

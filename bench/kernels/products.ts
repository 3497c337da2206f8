/** What the library makes of square products, either operand transposed or not: as `matmul-6` or `matmul-7`, by the engine. */
import { matmul, transpose } from 'thalweg/tensor'
import { house } from './house.ts'
import type { Family, Problem, Version } from './version.ts'

const library: Version = { name: 'the library', build: house }

function product(size: number, transposed: 'none' | 'A' | 'B'): Problem {
  const flipped = transposed === 'none' ? '' : `, ${transposed} transposed`
  return {
    name: `matmul ${size}x${size}x${size}${flipped}`,
    shapes: [
      [size, size],
      [size, size],
    ],
    resultShape: [size, size],
    operations: 2 * size ** 3,
    define: ([a, b]) => matmul(transposed === 'A' ? transpose(a) : a, transposed === 'B' ? transpose(b) : b),
  }
}

export const PRODUCTS: readonly Family[] = [512, 768, 1024].flatMap((size) =>
  (['none', 'A', 'B'] as const).map((transposed) => ({
    versions: [library],
    problem: product(size, transposed),
    small: product(24, transposed),
  })),
)

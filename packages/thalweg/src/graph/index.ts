export { constant, createNode, type Node, type NodeOf, readVariable, renewNode, topologicalOrder } from './node.ts'
export {
  type Attributes,
  type AveragePoolAttributes,
  BINARY_OPS,
  type BinaryOp,
  COMPARE_OPS,
  type CompareOp,
  type ConvAttributes,
  type CustomRule,
  ELEMENTWISE_OPS,
  type ElementwiseOp,
  isElementwise,
  isReduce,
  LOGICAL_OPS,
  type LogicalOp,
  type NoAttributes,
  type OpName,
  type PoolAttributes,
  REDUCE_OPS,
  type ReduceOp,
  UNARY_OPS,
  type UnaryOp,
  type WindowAttributes,
} from './op.ts'
export type { ValueType } from './operands.ts'
export { printGraph, printNode } from './print.ts'
export { currentScope, withScope } from './scope.ts'
export { inferType, SPEC } from './spec.ts'
export { type StepGraph, stepNodes, type Update, withoutAsides } from './step.ts'
export { createVariable, type Variable, type VariableOptions } from './variable.ts'
export { dilatedExtent, windowedSize } from './window.ts'

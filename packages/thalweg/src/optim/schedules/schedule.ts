/**
 * A schedule: the learning rate of every update, as a pure function. Updates count from 0: the first one uses
 * `schedule(0)`. The rate goes into a compiled step as a scalar, so a schedule never compiles anything again.
 */
export type Schedule = (step: number) => number

/**
 * The pieces that every job passes, alone in a loop, by JMH: {@code HotPieces}. {@code --micro}
 * runs them by {@code Micro}; a change of one of them is judged here first, and then by the
 * scenarios, which count.
 */
@NullMarked
package dev.holdfast.examples.benchmark.micro;

import org.jspecify.annotations.NullMarked;

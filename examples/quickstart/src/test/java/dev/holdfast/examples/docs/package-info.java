/** Compiles and runs what the README and the pages under {@code docs} show. */
@org.jspecify.annotations.NullMarked
package dev.holdfast.examples.docs;

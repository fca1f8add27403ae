package dev.holdfast.examples.productsync;

import java.util.List;
import java.util.stream.LongStream;

/**
 * A product of the shop. What the shop sells follows from the number alone, so that whoever knows
 * the number can tell whether a copy is right.
 *
 * @param id its number, from 1
 * @param name what it is called
 * @param cents its price
 * @param revision how often the shop has changed it
 */
record Product(long id, String name, long cents, int revision) {
  private static final List<String> THINGS =
      List.of("desk lamp", "reading chair", "door mat", "wall clock", "oak shelf", "wool blanket");

  /** The product of a number. */
  static Product of(long id) {
    long mixed = Long.rotateLeft(id * 0x9E3779B97F4A7C15L, 29);
    String thing = THINGS.get((int) Long.remainderUnsigned(mixed, THINGS.size()));
    return new Product(
        id,
        thing + " no. " + id,
        499 + Long.remainderUnsigned(mixed, 40_000),
        1 + (int) Long.remainderUnsigned(mixed >>> 7, 9));
  }

  /** The products of a page, from 0. */
  static List<Product> page(int page, int size, long products) {
    long first = (long) page * size + 1;
    return LongStream.rangeClosed(first, Math.min(products, first + size - 1))
        .mapToObj(Product::of)
        .toList();
  }
}

package dev.holdfast.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The address service, with the two troubles every service has: it is away for a moment, and it is
 * asked what it cannot answer.
 *
 * <p>A real one runs elsewhere and is shared by all workers. This one keeps what it has to remember
 * in a directory, so that it is shared as well, also between processes.
 */
final class AddressBook {
  /** The order at whose lookup the service is away, twice. */
  static final String FLAKY = "HF-2047";

  /** The order whose street does not exist. */
  static final String HOPELESS = "HF-2113";

  /** How often the service is away. */
  static final int OUTAGES = 2;

  private static final Set<String> UNKNOWN_STREETS = Set.of("Banhofstrase 8");

  private final Path directory;

  AddressBook(Path directory) {
    this.directory = directory;
  }

  /** Makes the service as it is on the first day: its outages ahead, nothing corrected. */
  void reset() throws IOException {
    Files.createDirectories(directory);
    Files.deleteIfExists(correction(HOPELESS));
    for (int n = 1; n <= OUTAGES; n++) {
      Files.writeString(outage(n), "");
    }
  }

  /**
   * Finds the postal address of an order.
   *
   * @throws ServiceAwayException if the service does not answer; a later call may
   * @throws UnknownAddressException if there is no such street, until somebody corrects it
   */
  PostalAddress lookup(Order order) throws IOException, UnknownAddressException {
    if (order.number().equals(FLAKY)) {
      for (int n = 1; n <= OUTAGES; n++) {
        if (Files.deleteIfExists(outage(n))) {
          throw new ServiceAwayException("503: the address service is away");
        }
      }
    }
    String street =
        Files.exists(correction(order.number()))
            ? Files.readString(correction(order.number()))
            : order.street();
    if (UNKNOWN_STREETS.contains(street)) {
      throw new UnknownAddressException("no street \"" + street + "\" in " + order.city());
    }
    return PostalAddress.of(street, order.city(), order.country());
  }

  /** Corrects the street of an order: what a clerk does who has phoned the customer. */
  void correct(String orderNumber, String street) throws IOException {
    Files.writeString(correction(orderNumber), street);
  }

  private Path outage(int n) {
    return directory.resolve("outage-" + n);
  }

  private Path correction(String orderNumber) {
    return directory.resolve(orderNumber + ".street");
  }

  /** The service did not answer. */
  static final class ServiceAwayException extends IOException {
    private static final long serialVersionUID = 1L;

    ServiceAwayException(String message) {
      super(message);
    }
  }

  /** The service does not know the address. */
  static final class UnknownAddressException extends Exception {
    private static final long serialVersionUID = 1L;

    UnknownAddressException(String message) {
      super(message);
    }
  }
}

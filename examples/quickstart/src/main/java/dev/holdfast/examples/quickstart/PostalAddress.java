package dev.holdfast.examples.quickstart;

import java.util.List;
import java.util.Locale;

/**
 * An address as it goes on an envelope.
 *
 * @param street street and house number
 * @param city the town
 * @param country the country's name
 */
record PostalAddress(String street, String city, String country) {
  static PostalAddress of(String street, String city, String countryCode) {
    return new PostalAddress(
        street, city, new Locale("", countryCode).getDisplayCountry(Locale.ENGLISH));
  }

  List<String> lines() {
    return List.of(street, city, country.toUpperCase(Locale.ROOT));
  }
}

package dev.holdfast.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShopTest {
  @TempDir private Path directory;

  private static Order order(String number) throws IOException {
    return Orders.bundled().valid().stream()
        .filter(order -> order.number().equals(number))
        .findFirst()
        .orElseThrow();
  }

  @Nested
  class TheAddressBook {
    @Test
    void is_away_twice_at_the_lookup_of_one_order() throws Exception {
      AddressBook addresses = new AddressBook(directory);
      addresses.reset();
      Order flaky = order(AddressBook.FLAKY);

      for (int n = 1; n <= AddressBook.OUTAGES; n++) {
        assertThatThrownBy(() -> addresses.lookup(flaky))
            .isInstanceOf(AddressBook.ServiceAwayException.class);
      }
      assertThat(addresses.lookup(flaky).lines())
          .containsExactly("3 rue de la République", "Nîmes", "FRANCE");
    }

    @Test
    void does_not_know_a_street_until_it_is_corrected_for_all_processes() throws Exception {
      AddressBook addresses = new AddressBook(directory);
      addresses.reset();
      Order hopeless = order(AddressBook.HOPELESS);

      assertThatThrownBy(() -> addresses.lookup(hopeless))
          .isInstanceOf(AddressBook.UnknownAddressException.class)
          .hasMessage("no street \"Banhofstrase 8\" in Bern");
      addresses.correct(hopeless.number(), "Bahnhofstrasse 8");
      assertThat(new AddressBook(directory).lookup(hopeless).street())
          .isEqualTo("Bahnhofstrasse 8");
    }
  }

  @Nested
  class TheInvoice {
    @Test
    void shows_who_what_and_how_much() throws IOException {
      Order order = order(AddressBook.FLAKY);
      String page =
          InvoiceText.of(order, PostalAddress.of(order.street(), order.city(), order.country()));

      assertThat(page)
          .contains("INVOICE HF-2047")
          .contains("Éloïse Lefèvre\n3 rue de la République\nNîmes\nFRANCE\n")
          .contains("VAT 20 %  EUR        40.79")
          .contains("To pay  EUR       244.74");
      assertThat(page.lines()).allMatch(line -> line.length() <= 66);
    }
  }

  @Nested
  class TheFolder {
    @Test
    void replaces_an_invoice_of_the_same_order_and_leaves_nothing_else() throws Exception {
      InvoiceFolder folder = new InvoiceFolder(directory);
      folder.put("HF-1", "first");
      folder.put("HF-1", "second");

      assertThat(directory).isDirectoryContaining("glob:**invoice-HF-1.txt");
      assertThat(folder.list())
          .hasSize(1)
          .first()
          .satisfies(f -> assertThat(f).hasContent("second"));
      try (var files = Files.list(directory)) {
        assertThat(files).hasSize(1);
      }
    }

    @Test
    void shows_nothing_of_an_invoice_whose_writing_failed() {
      InvoiceFolder folder = new InvoiceFolder(directory);

      assertThatThrownBy(
              () ->
                  folder.replace(
                      "invoice-HF-1.txt",
                      unfinished -> {
                        Files.writeString(unfinished, "half an in");
                        throw new IOException("disk full");
                      }))
          .hasMessage("disk full");
      assertThat(directory).isEmptyDirectory();
    }

    @Test
    void forgets_the_invoices_of_an_earlier_run_and_no_other_file() throws Exception {
      InvoiceFolder folder = new InvoiceFolder(directory);
      folder.put("HF-1", "old");
      Files.writeString(directory.resolve("invoice-HF-2.txt-1.unfinished"), "killed in the mid");
      Path letter = Files.writeString(directory.resolve("letter.txt"), "mine");

      folder.reset();

      assertThat(folder.has("HF-1")).isFalse();
      try (var files = Files.list(directory)) {
        assertThat(files).containsExactly(letter);
      }
    }
  }
}

package dev.exchequer.server.store.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Allocation;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The bytes as docs/design/ledger-proof.md says them, put together here by another hand. */
class ChainWriterTest {
  private static final Hash START = ChainWriter.start("ledger", "local", 1, null);

  private static final class Bytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    Bytes raw(byte[] given) throws IOException {
      out.write(given);
      return this;
    }

    Bytes head(char kind, long number) throws IOException {
      out.writeByte(1);
      out.writeByte(kind);
      out.writeLong(number);
      return this;
    }

    Bytes text(@Nullable String text) throws IOException {
      out.writeByte(text == null ? 0 : 1);
      if (text != null) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
      }
      return this;
    }

    Bytes number(@Nullable Long number) throws IOException {
      out.writeByte(number == null ? 0 : 1);
      if (number != null) {
        out.writeLong(number);
      }
      return this;
    }

    Hash sha256() throws Exception {
      return Hash.of(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    }
  }

  @Test
  void theStartIsOfTheLedgerItsWriterAndTheChainBefore() throws Exception {
    byte[] kind = {1, 'S'};
    assertThat(START).isEqualTo(new Bytes().raw(kind).text("ledger").text("local").number(1L).raw(new byte[] {0}).sha256());
    Hash next = ChainWriter.start("ledger", "local", 2, START);
    assertThat(next).isEqualTo(new Bytes().raw(kind).text("ledger").text("local").number(2L).raw(new byte[] {1}).raw(START.bytes()).sha256());
  }

  @Test
  void recordsAreHashedToTheOneBefore() throws Exception {
    ChainWriter chain = new ChainWriter(new Place(7, 0, START));
    EntryRow entry = new EntryRow("default/credit", 3, 1_700, "Charge", -5, 20, 15, "r", 1, null, "späť", List.of(new Allocation("initial", -4), new Allocation("ädmin", -1)));
    Place first = chain.entry(entry);
    Hash expected =
        new Bytes()
            .raw(START.bytes()).head('E', 1).text("default/credit").number(3L).number(1_700L).text("Charge").number(-5L).number(20L).number(15L).text("r").number(1L)
            .text(null).text("späť").number(2L).text("initial").number(-4L).text("ädmin").number(-1L)
            .sha256();
    assertThat(first).isEqualTo(new Place(7, 1, expected));

    String body = "{\"id\":\"r\",\"é\":1}";
    Place second = chain.receipt(new ReceiptFacts("r", 1_600, "default/key", "default/acme", null, "m", "Succeeded", null, "jane", ChainWriter.digest(body)));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
    Hash receipt =
        new Bytes()
            .raw(expected.bytes()).head('R', 2).text("r").number(1_600L).text("default/key").text("default/acme").text(null).text("m").text("Succeeded").text(null).text("jane")
            .raw(new byte[] {1}).raw(digest)
            .sha256();
    assertThat(second).isEqualTo(new Place(7, 2, receipt));
    assertThat(chain.head()).isEqualTo(second);

    Place third = chain.house(new HouseFacts("r", 2, "Correction", "local", "default/mock", "USD", 1_800, -7, "default/house", "77aa"));
    Hash correction =
        new Bytes()
            .raw(receipt.bytes()).head('H', 3).text("r").number(2L).text("Correction").text("local").text("default/mock").text("USD").number(1_800L).number(-7L)
            .text("default/house").text("77aa")
            .sha256();
    assertThat(third).isEqualTo(new Place(7, 3, correction));
  }

  @Test
  void aHashIsReadBackAsItIsWritten() {
    assertThat(Hash.parse(START.toString())).isEqualTo(START);
    assertThatThrownBy(() -> Hash.parse("00")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("32 bytes");
  }
}

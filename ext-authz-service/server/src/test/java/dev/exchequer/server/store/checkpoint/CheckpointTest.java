package dev.exchequer.server.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.server.store.chain.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final Hash HASH = Hash.parse("ab".repeat(Hash.LENGTH));
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(
          "0123456789abcdef", 1_767_323_045_678L, List.of(new Checkpoint.Head(1, "genesis", 0, 20, HASH), new Checkpoint.Head(2, "local", 1, 812, HASH)),
          List.of(new Checkpoint.Sum("default/wallet", "CNY", 44, -5_000_000_001L)), null);
  private static final String LINE =
      "{\"v\":1,\"ledger\":\"0123456789abcdef\",\"time\":\"2026-01-02T03:04:05.678Z\",\"chains\":[{\"chain\":1,\"writer\":\"genesis\",\"epoch\":0,\"number\":20,\"hash\":\"" + HASH
          + "\"},{\"chain\":2,\"writer\":\"local\",\"epoch\":1,\"number\":812,\"hash\":\"" + HASH + "\"}],\"balances\":[{\"balance\":\"default/wallet\",\"unit\":\"CNY\",\"sequence\":44,\"posted\":\"-5.000000001\"}]}";

  @TempDir Path folder = Path.of("");

  private static KeyPair keys() throws Exception {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  private Path pem(String name, String type, byte[] der) throws IOException {
    return Files.writeString(folder.resolve(name), "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + type + "-----\n");
  }

  @Test
  void isALineThatIsReadBack() throws Exception {
    CheckpointText text = CheckpointText.of(CHECKPOINT, null);
    assertThat(text).hasToString(LINE);
    CheckpointText read = CheckpointText.read(LINE + "\n");
    assertThat(read.checkpoint()).isEqualTo(CHECKPOINT);
    assertThat(read.isSigned()).isFalse();
    assertThat(read.isSignedBy(keys().getPublic())).isFalse();
    for (String bad : List.of("", "{}", "x", LINE.replace("\"v\":1", "\"v\":2"), LINE.replace("\"hash\":\"ab", "\"hash\":\""), LINE.replace("\"number\":812,", ""))) {
      assertThatThrownBy(() -> CheckpointText.read(bad)).as(bad).isInstanceOf(IOException.class).hasMessageContaining("it is no checkpoint");
    }
  }

  /** Of versions before, which did not write down what was pruned, the line is as it was. */
  @Test
  void saysWhatWasPruned() throws Exception {
    Checkpoint pruned = new Checkpoint(CHECKPOINT.ledger(), CHECKPOINT.timeMs(), CHECKPOINT.heads(), CHECKPOINT.sums(), new Checkpoint.Pruned(3, 120, HASH));
    CheckpointText text = CheckpointText.of(pruned, keys().getPrivate());
    assertThat(text.toString()).startsWith(LINE.substring(0, LINE.length() - 1) + ",\"pruned\":{\"pruning\":3,\"receipts\":120,\"hash\":\"" + HASH + "\"},\"signature\":\"");
    assertThat(CheckpointText.read(text.toString()).checkpoint()).isEqualTo(pruned);
    assertThatThrownBy(() -> CheckpointText.read(text.toString().replace("\"receipts\":120,", ""))).isInstanceOf(IOException.class).hasMessageContaining("it is no checkpoint");
    CheckpointFolder.save(folder, CheckpointText.of(CHECKPOINT, null));
    assertThat(CheckpointFolder.save(folder, text)).as("a pruning moves neither records nor time").hasFileName("checkpoint-01234567-20260102T030405.678Z-832-p3.120.json");
    assertThat(CheckpointFolder.read(folder)).hasSize(2);
  }

  @Test
  void isSignedByTheKeyAndNotWhenAByteOfItChanged() throws Exception {
    KeyPair pair = keys();
    Path privateKey = pem("key.pem", "PRIVATE KEY", pair.getPrivate().getEncoded());
    Path publicKey = pem("key.pub", "PUBLIC KEY", pair.getPublic().getEncoded());
    String line = CheckpointText.of(CHECKPOINT, Keys.signing(privateKey)).toString();
    assertThat(line).startsWith(LINE.substring(0, LINE.length() - 1) + ",\"signature\":\"");
    CheckpointText read = CheckpointText.read(line);
    assertThat(read.checkpoint()).isEqualTo(CHECKPOINT);
    assertThat(read.isSignedBy(Keys.checking(publicKey))).isTrue();
    assertThat(read.isSignedBy(keys().getPublic())).isFalse();
    assertThat(CheckpointText.read(line.replace("812", "811")).isSignedBy(pair.getPublic())).isFalse();
    assertThat(CheckpointText.read(line.replace("\"v\":1,", "\"v\": 1,")).isSignedBy(pair.getPublic())).isFalse();
    assertThatThrownBy(() -> Keys.signing(publicKey)).isInstanceOf(IOException.class).hasMessageContaining("openssl genpkey -algorithm ed25519");
    assertThatThrownBy(() -> Keys.checking(privateKey)).isInstanceOf(IOException.class).hasMessageContaining("openssl pkey -in KEY -pubout");
  }

  @Test
  void filesAreNeverReplaced() throws Exception {
    CheckpointText text = CheckpointText.of(CHECKPOINT, null);
    Path file = CheckpointFolder.save(folder.resolve("made"), text);
    assertThat(file).hasFileName("checkpoint-01234567-20260102T030405.678Z-832.json").hasContent(LINE + "\n");
    assertThat(CheckpointFolder.save(folder.resolve("made"), text)).as("nothing was committed since").isEqualTo(file);
    CheckpointText other = CheckpointText.of(new Checkpoint(CHECKPOINT.ledger(), CHECKPOINT.timeMs(), CHECKPOINT.heads(), List.of(), null), null);
    assertThatThrownBy(() -> CheckpointFolder.save(folder.resolve("made"), other)).isInstanceOf(IOException.class);
    assertThat(file).hasContent(LINE + "\n");
    assertThat(CheckpointFolder.read(folder.resolve("made"))).containsOnlyKeys(String.valueOf(file.getFileName()));
    Files.writeString(folder.resolve("made/checkpoint-x.json"), "half");
    assertThatThrownBy(() -> CheckpointFolder.read(folder.resolve("made"))).isInstanceOf(IOException.class).hasMessageContaining("checkpoint-x.json cannot be read: it is no checkpoint");
  }
}

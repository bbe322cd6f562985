package dev.exchequer.operator.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeterIT {

  @TempDir static Path folder;
  static MeterWorld world;

  @BeforeAll
  static void start() throws Exception {
    world = new MeterWorld(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    long errors = world.stat("http.hop.lua.meter.errors");
    world.close();
    String log = java.nio.file.Files.readString(world.log);
    assertThat(errors).as(log).isZero();
    System.out.println(log);
  }

  @Test
  void wholeAnswer() throws Exception {
    Exchange e = world.exchange().attempt(wire -> wire.json(200, "{\"model\":\"served\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"h\\u00e9\\n\"},\"finish_reason\":\"stop\"}],\"usage\":{\"total_tokens\":3}}"));
    var answer = world.send(e);
    assertThat(answer.statusCode()).as(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(200);
    System.out.println(e.settled());
    System.out.println(answer.headers().map());
    System.out.println(e.received().headers);
    System.out.println(world.journal(e, 1));
    System.out.println(world.get("/stats?filter=lua"));
  }
}

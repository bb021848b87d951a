import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own Java client, for tests that read what it writes and the other way round.
 *
 * <p>{@code write SERVERS COMPRESSION TOPIC COUNT} writes records into partition 0: a null key in every seventh, a null value in every eleventh.
 *
 * <p>{@code read SERVERS TOPIC COUNT} prints COUNT records of partition 0, a line each: key, value and headers in hex, "-" for null, separated by blanks.
 */
public class JavaClient {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  public static void main(String[] args) throws Exception {
    if (args[0].equals("write")) write(args[1], args[2], args[3], Integer.parseInt(args[4]));
    else read(args[1], args[2], Integer.parseInt(args[3]));
  }

  private static void write(String servers, String compression, String topic, int count) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", servers, "compression.type", compression, "linger.ms", 50, "batch.size", 200_000);
    try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        byte[] key = i % 7 == 0 ? null : bytes("key " + i);
        byte[] value = i % 11 == 0 ? null : bytes("value " + i + " ".repeat(i % 50));
        var record = new ProducerRecord<>(topic, 0, key, value);
        record.headers().add("h", bytes("header " + i)).add("empty", new byte[0]).add("null", null);
        producer.send(record);
      }
      producer.flush();
    }
  }

  private static void read(String servers, String topic, int count) {
    Map<String, Object> config = Map.of("bootstrap.servers", servers, "enable.auto.commit", false);
    var partition = new TopicPartition(topic, 0);
    var out = new StringBuilder();
    try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      for (int left = count; left > 0 && System.nanoTime() < deadline; ) {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          out.append(hex(record.key())).append(' ').append(hex(record.value()));
          for (Header header : record.headers()) out.append(' ').append(header.key()).append('=').append(hex(header.value()));
          out.append('\n');
          left--;
        }
      }
    }
    System.out.print(out);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hex(byte[] bytes) {
    return bytes == null ? "-" : HexFormat.of().formatHex(bytes);
  }
}

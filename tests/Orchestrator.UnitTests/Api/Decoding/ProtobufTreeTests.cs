using System.Text;
using System.Text.Json;
using Orchestrator.Api.Decoding.Protobuf;

namespace Orchestrator.UnitTests.Api.Decoding;

public sealed class ProtobufTreeTests
{
    private const int Depth = 64;

    [Fact]
    public void A_config_map_as_a_go_client_sends_it_becomes_json()
    {
        // metadata (1) with name (1), an empty generateName (2) and a zero creationTimestamp (8); data (2) with one entry; immutable (4) false.
        byte[] metadata = [.. Field(1, "settings"u8), .. Field(2, ""u8), .. Field(8, "\b\0\u0010\0"u8)];
        byte[] body = [.. Field(1, metadata), .. Field(2, [.. Field(1, "color"u8), .. Field(2, "blue"u8)]), 4 << 3, 0];

        Assert.Equal(
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"color":"blue"},"immutable":false}""",
            ProtobufTree.Parse(Enveloped("v1", "ConfigMap", body), Depth)!.ToJsonString());
    }

    [Fact]
    public void Inlined_messages_bytes_quantities_and_repeated_fields_take_their_json_places()
    {
        // spec (2): a volume (1) with name and, inline (2), a secret source (6) by secretName (1); a container (2) with resources (8), limits (1).
        byte[] volume = [.. Field(1, "v"u8), .. Field(2, Field(6, Field(1, "s"u8)))];
        byte[] container = [.. Field(1, "c"u8), .. Field(3, "run"u8), .. Field(3, ""u8), .. Field(8, Field(1, [.. Field(1, "cpu"u8), .. Field(2, Field(1, "100m"u8))]))];
        byte[] body = Field(2, [.. Field(1, volume), .. Field(2, container)]);

        Assert.Equal(
            """{"apiVersion":"v1","kind":"Pod","spec":{"volumes":[{"name":"v","secret":{"secretName":"s"}}],"containers":[{"name":"c","command":["run",""],"resources":{"limits":{"cpu":"100m"}}}]}}""",
            ProtobufTree.Parse(Enveloped("v1", "Pod", body), Depth)!.ToJsonString());
    }

    [Fact]
    public void Secret_data_is_base64_and_unknown_fields_are_passed_over()
    {
        byte[] body = [.. Field(2, [.. Field(1, "k"u8), .. Field(2, [0xff, 0x00])]), .. Field(1000, "later"u8)];

        Assert.Equal(
            """{"apiVersion":"v1","kind":"Secret","data":{"k":"/wA="}}""",
            ProtobufTree.Parse(Enveloped("v1", "Secret", body), Depth)!.ToJsonString());
    }

    [Fact]
    public void Truncated_foreign_and_unknown_bodies_are_refused()
    {
        var whole = Enveloped("v1", "ConfigMap", Field(1, Field(1, "settings"u8)));

        Assert.Throws<JsonException>(() => ProtobufTree.Parse(whole.AsSpan(0, whole.Length - 3), Depth));
        Assert.Throws<JsonException>(() => ProtobufTree.Parse("{}"u8, Depth));
        Assert.Throws<JsonException>(() => ProtobufTree.Parse(Enveloped("example.com/v1", "Thing", []), Depth));
    }

    private static byte[] Enveloped(string apiVersion, string kind, ReadOnlySpan<byte> body) =>
        [.. "k8s\0"u8, .. Field(1, [.. Field(1, Encoding.UTF8.GetBytes(apiVersion)), .. Field(2, Encoding.UTF8.GetBytes(kind))]), .. Field(2, body)];

    private static byte[] Field(int number, ReadOnlySpan<byte> bytes) => [.. Varint((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}

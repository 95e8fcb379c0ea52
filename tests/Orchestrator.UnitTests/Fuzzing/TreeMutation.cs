using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.UnitTests.Fuzzing;

/// <summary>Mutations of JSON that leave it JSON: what gets past the parser into what follows it.</summary>
internal static class TreeMutation
{
    private const int MaxNodes = 2_000;

    private static readonly string[] Names =
    [
        "name", "metadata", "spec", "containers", "labels", "$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "finalizers", "op", "path", "from",
        "value", "f:a", "k:{\"name\":\"a\"}", "v:\"a\"", "i:0", ".", "", "managedFields", "ports", "containerPort", "protocol", "uid",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "9223372036854775807", "18446744073709551616", "\"\"", "\"a\"", "\"replace\"", "\"delete\"", "\"merge\"", "\"add\"", "\"move\"", "\"copy\"",
        "\"/spec/containers/0\"", "\"/metadata/labels/a~1b\"", "\"/-\"", "\"\\u0000\"", "[]", "{}", "[null]", "[[]]", "[{}]", "[{\"name\":\"a\"},{\"name\":\"a\"}]", "{\"name\":\"a\"}", "{\"$patch\":\"delete\"}",
    ];

    /// <summary>A tree of the seed with a few places changed; now and then the bytes themselves are, as <see cref="ByteMutation"/> does it.</summary>
    public static byte[] Mutate(Random random, byte[] seed, byte[] other)
    {
        if (random.Next(4) == 0)
        {
            return ByteMutation.Mutate(random, seed, other);
        }

        var root = new JsonArray(JsonNode.Parse(seed));
        var donor = Containers(JsonNode.Parse(other)).ToList();
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var places = Containers(root).Take(MaxNodes).ToList();
            Change(random, places[random.Next(places.Count)], donor);
        }

        return JsonSerializer.SerializeToUtf8Bytes(root.Count > 0 ? root[0] : null);
    }

    private static void Change(Random random, JsonNode place, List<JsonNode> donor)
    {
        var value = donor.Count > 0 && random.Next(3) == 0 ? donor[random.Next(donor.Count)].DeepClone() : JsonNode.Parse(Values[random.Next(Values.Length)]);
        switch (place)
        {
            case JsonObject members:
                var name = members.Count > 0 && random.Next(2) == 0 ? members.ElementAt(random.Next(members.Count)).Key : Names[random.Next(Names.Length)];
                if (random.Next(4) == 0)
                {
                    members.Remove(name);
                }
                else
                {
                    members[name] = value;
                }

                break;
            case JsonArray items when items.Count > 0 && random.Next(2) == 0:
                var index = random.Next(items.Count);
                if (random.Next(3) == 0)
                {
                    items.Add(items[index]?.DeepClone());
                }
                else
                {
                    items[index] = value;
                }

                break;
            case JsonArray items:
                items.Add(value);
                break;
        }
    }

    private static IEnumerable<JsonNode> Containers(JsonNode? node)
    {
        if (node is not (JsonObject or JsonArray))
        {
            yield break;
        }

        yield return node;
        foreach (var child in node is JsonObject members ? members.Select(m => m.Value) : (JsonArray)node)
        {
            foreach (var below in Containers(child))
            {
                yield return below;
            }
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Endpoints;

/// <summary>The old form of a Service's endpoints, core/v1 Endpoints, for clients that do not read slices. Pure.</summary>
internal static class EndpointsObject
{
    public const string ManagedByLabel = "endpoints.kubernetes.io/managed-by";
    public const string Manager = "endpoint-controller";
    public const string SkipMirrorLabel = "endpointslice.kubernetes.io/skip-mirror";

    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";
    private const int MaxAddresses = 1000;

    /// <summary>The write that makes the Endpoints say what the groups say; null where they do.</summary>
    public static Mutation? Write(JsonObject service, IReadOnlyList<EndpointGroup> groups, StoredObject? present, Func<string> newUid, DateTimeOffset now)
    {
        JsonObject metadata = service.Child("metadata")!;
        JsonArray subsets = Subsets(groups, service.Child("spec").Flag("publishNotReadyAddresses") == true, out bool isCut);
        JsonObject labels = Labels(metadata, service.Child("spec"));
        if (present is null)
        {
            string uid = newUid();
            JsonObject created = New(metadata, uid, labels, subsets, isCut, now);
            return new CreateObject(KeyOf(metadata), uid, JsonSerializer.SerializeToUtf8Bytes(created));
        }

        JsonObject endpoints = StoredJson.Read(present);
        JsonObject own = endpoints.ObjectOrNew("metadata")!;
        if (JsonNode.DeepEquals(endpoints["subsets"] ?? new JsonArray(), subsets) && JsonNode.DeepEquals(own["labels"], labels))
        {
            return null;
        }

        own["labels"] = labels;
        endpoints.Remove("subsets");
        endpoints["subsets"] = subsets;
        if (isCut)
        {
            own.ObjectOrNew("annotations")![OverCapacity] = "truncated";
        }
        else
        {
            own.Child("annotations")?.Remove(OverCapacity);
        }

        return StoredJson.Replace(present, endpoints);
    }

    private static ObjectKey KeyOf(JsonObject metadata) => new(Resources.Endpoints, metadata.Text("namespace") ?? "", metadata.Text("name") ?? "");

    private static JsonObject Labels(JsonObject metadata, JsonObject? spec)
    {
        JsonObject labels = (JsonObject?)metadata.Child("labels")?.DeepClone() ?? [];
        labels[ManagedByLabel] = Manager;
        if (spec.Text("clusterIP") == "None")
        {
            labels[SlicePlan.HeadlessLabel] = "";
        }

        return labels;
    }

    private static JsonArray Subsets(IReadOnlyList<EndpointGroup> groups, bool showsUnready, out bool isCut)
    {
        var subsets = new JsonArray();
        int room = MaxAddresses;
        isCut = false;
        foreach (EndpointGroup group in groups)
        {
            var ready = new JsonArray();
            var unready = new JsonArray();
            foreach ((_, JsonObject endpoint) in group.Items)
            {
                bool isTerminating = endpoint.Child("conditions").Flag("terminating") == true;
                if (isTerminating && !showsUnready)
                {
                    continue;
                }

                if (room-- <= 0)
                {
                    isCut = true;
                    break;
                }

                (endpoint.Child("conditions").Flag("ready") == true ? ready : unready).Add((JsonNode)Address(endpoint));
            }

            if (ready.Count + unready.Count > 0)
            {
                subsets.Add((JsonNode)Subset(group.Ports, ready, unready));
            }
        }

        return subsets;
    }

    private static JsonObject Subset(JsonArray ports, JsonArray ready, JsonArray unready)
    {
        var subset = new JsonObject();
        if (ready.Count > 0)
        {
            subset["addresses"] = ready;
        }

        if (unready.Count > 0)
        {
            subset["notReadyAddresses"] = unready;
        }

        var shown = new JsonArray();
        foreach (JsonObject port in ports.OfType<JsonObject>())
        {
            var copy = (JsonObject)port.DeepClone();
            if (copy.Text("name") is "")
            {
                copy.Remove("name");
            }

            shown.Add((JsonNode)copy);
        }

        subset["ports"] = shown;
        return subset;
    }

    private static JsonObject Address(JsonObject endpoint)
    {
        var address = new JsonObject { ["ip"] = endpoint.Texts("addresses").First() };
        foreach (string member in (ReadOnlySpan<string>)["hostname", "nodeName", "targetRef"])
        {
            if (endpoint[member] is { } value)
            {
                address[member] = value.DeepClone();
            }
        }

        return address;
    }

    private static JsonObject New(JsonObject metadata, string uid, JsonObject labels, JsonArray subsets, bool isCut, DateTimeOffset now)
    {
        var own = new JsonObject
        {
            ["name"] = metadata.Text("name"),
            ["namespace"] = metadata.Text("namespace"),
            ["uid"] = uid,
            ["creationTimestamp"] = Timestamps.Seconds(now),
            ["labels"] = labels,
        };
        if (isCut)
        {
            own["annotations"] = new JsonObject { [OverCapacity] = "truncated" };
        }

        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Endpoints", ["metadata"] = own, ["subsets"] = subsets };
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Objects;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Endpoints;

/// <summary>
/// Spreads endpoints over slices of at most 100. An endpoint stays in the slice that it is in, so that a pod that comes or goes changes one slice and
/// no other. Slices are named by their ports and a number: two activations that make the same slice at once make it once. Pure.
/// </summary>
internal static class SlicePlan
{
    /// <summary>kube-controller-manager's default; a slice may hold 1000.</summary>
    public const int MaxEndpoints = 100;

    public const string ServiceLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <param name="frame">What all the slices have in common.</param>
    /// <param name="groups">The endpoints.</param>
    /// <param name="present">The slices that there are.</param>
    /// <param name="newUid">Makes a uid.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<Mutation> Plan(
        SliceFrame frame, IReadOnlyList<EndpointGroup> groups, IReadOnlyList<StoredObject> present, Func<string> newUid, DateTimeOffset now)
    {
        List<Slice> slices = [.. present.Where(s => !s.IsTerminating).OrderBy(s => s.Key.Name, StringComparer.Ordinal).Select(s => new Slice(s, StoredJson.Read(s)))];
        HashSet<string> names = [.. present.Select(s => s.Key.Name)];

        // A Service without endpoints has one empty slice: that says that there are none, where no slice says nothing.
        IReadOnlyList<EndpointGroup> wanted = groups.Count > 0 ? groups : [new EndpointGroup(slices.FirstOrDefault()?.Ports ?? [], [])];
        foreach (EndpointGroup group in wanted)
        {
            Fill(frame, group, slices, names);
        }

        return slices.Select(s => s.Write(frame, newUid, now)).OfType<Mutation>();
    }

    private static void Fill(SliceFrame frame, EndpointGroup group, List<Slice> slices, HashSet<string> names)
    {
        List<Slice> own = [.. slices.Where(s => !s.IsUsed && JsonNode.DeepEquals(s.Ports, group.Ports) && s.AddressType == frame.AddressType)];
        Dictionary<string, JsonObject> left = group.Items.ToDictionary(i => i.Key, i => i.Endpoint, StringComparer.Ordinal);
        foreach (Slice slice in own)
        {
            slice.Keep(left);
        }

        var waiting = new Queue<JsonObject>(group.Items.Where(i => left.ContainsKey(i.Key)).Select(i => i.Endpoint));

        // The fullest first: so slices fill up, and those that run empty go.
        foreach (Slice slice in own.OrderByDescending(s => s.Wanted.Count))
        {
            slice.Take(waiting);
        }

        bool isPlaceholder = group.Items.Count == 0;
        if (isPlaceholder && own.Count > 0)
        {
            own[0].IsUsed = true;
        }

        for (int number = 0; waiting.Count > 0 || (isPlaceholder && own.Count == 0); number++)
        {
            string name = frame.NameOf(group.Ports, number);
            if (!names.Add(name))
            {
                continue;
            }

            var slice = new Slice(name, frame.AddressType, group.Ports);
            slice.Take(waiting);
            slice.IsUsed = true;
            slices.Add(slice);
            isPlaceholder = false;
        }
    }

    /// <summary>A slice, as it is and as it shall be.</summary>
    private sealed class Slice
    {
        private readonly StoredObject? _stored;
        private readonly JsonObject? _present;
        private readonly string _name;

        public Slice(StoredObject stored, JsonObject present)
        {
            (_stored, _present, _name) = (stored, present, stored.Key.Name);
            AddressType = present.Text("addressType") ?? "";
            Ports = (JsonArray?)present.Array("ports")?.DeepClone() ?? [];
        }

        public Slice(string name, string addressType, JsonArray ports) => (_name, AddressType, Ports) = (name, addressType, ports);

        public string AddressType { get; }

        public JsonArray Ports { get; }

        public List<JsonObject> Wanted { get; } = [];

        public bool IsUsed { get; set; }

        /// <summary>Keeps the endpoints that it has and shall have, taking them off <paramref name="left"/>.</summary>
        public void Keep(Dictionary<string, JsonObject> left)
        {
            foreach ((JsonObject endpoint, _) in _present.Items("endpoints"))
            {
                if (left.Remove(SliceFrame.KeyOf(endpoint), out JsonObject? now))
                {
                    Wanted.Add(now);
                    IsUsed = true;
                }
            }
        }

        public void Take(Queue<JsonObject> waiting)
        {
            while (Wanted.Count < MaxEndpoints && waiting.TryDequeue(out JsonObject? endpoint))
            {
                Wanted.Add(endpoint);
                IsUsed = true;
            }
        }

        public Mutation? Write(SliceFrame frame, Func<string> newUid, DateTimeOffset now)
        {
            if (_stored is null)
            {
                string uid = newUid();
                JsonObject created = frame.New(_name, uid, Ports, Endpoints(), now);
                return new CreateObject(new ObjectKey(Resources.EndpointSlices, frame.Namespace, _name), uid, JsonSerializer.SerializeToUtf8Bytes(created));
            }

            if (!IsUsed)
            {
                return new DeleteObject(_stored.Key, _stored.Revision);
            }

            JsonArray endpoints = Endpoints();
            bool isSame = JsonNode.DeepEquals(_present!["endpoints"] ?? new JsonArray(), endpoints);
            bool isLabeled = JsonNode.DeepEquals(_present.Child("metadata", "labels"), frame.Labels);
            if (isSame && isLabeled)
            {
                return null;
            }

            _present["endpoints"] = endpoints;
            JsonObject metadata = _present.ObjectOrNew("metadata")!;
            metadata["labels"] = frame.Labels.DeepClone();
            metadata["generation"] = (metadata.Integer("generation") ?? 1) + (isSame ? 0 : 1);
            return StoredJson.Replace(_stored, _present);
        }

        private JsonArray Endpoints() => new([.. Wanted.Select(e => e.DeepClone())]);
    }
}

/// <summary>What all slices of one owner have in common.</summary>
/// <param name="Namespace">Where they are.</param>
/// <param name="Prefix">What their names begin with.</param>
/// <param name="AddressType">IPv4, IPv6 or FQDN.</param>
/// <param name="Labels">Their labels.</param>
/// <param name="Owner">Reference to the owner.</param>
internal sealed record SliceFrame(string Namespace, string Prefix, string AddressType, JsonObject Labels, JsonObject Owner)
{
    private const int MaxPrefixLength = 240;

    /// <summary>By what an endpoint is known again: its pod, or its addresses.</summary>
    public static string KeyOf(JsonObject endpoint) =>
        endpoint.Child("targetRef").Text("uid") is { Length: > 0 } uid ? uid : string.Join(',', endpoint.Texts("addresses"));

    public string NameOf(JsonArray ports, int number)
    {
        string hash = TemplateHash.Of(new JsonArray(AddressType, ports.DeepClone(), number.ToString(CultureInfo.InvariantCulture)));
        string prefix = Prefix.Length > MaxPrefixLength ? Prefix[..MaxPrefixLength] : Prefix;
        return $"{prefix}-{hash[..Math.Min(hash.Length, 6)]}";
    }

    public JsonObject New(string name, string uid, JsonArray ports, JsonArray endpoints, DateTimeOffset now) => new()
    {
        ["apiVersion"] = "discovery.k8s.io/v1",
        ["kind"] = "EndpointSlice",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["generateName"] = Prefix + "-",
            ["namespace"] = Namespace,
            ["uid"] = uid,
            ["creationTimestamp"] = Timestamps.Seconds(now),
            ["generation"] = 1,
            ["labels"] = Labels.DeepClone(),
            ["ownerReferences"] = new JsonArray(Owner.DeepClone()),
        },
        ["addressType"] = AddressType,
        ["endpoints"] = endpoints,
        ["ports"] = ports.DeepClone(),
    };
}

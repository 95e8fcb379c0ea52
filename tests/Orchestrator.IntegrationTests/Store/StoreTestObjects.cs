using System.Text;
using Orchestrator.Model;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.IntegrationTests.Store;

/// <summary>Small objects to store.</summary>
internal static class StoreTestObjects
{
    public static readonly KindRegistry Kinds = new(
    [
        new ResourceKind { Group = "", Version = "v1", Kind = "Pod", Plural = "pods", Namespaced = true, SelectableFields = ["spec.nodeName", "status.phase"] },
        new ResourceKind { Group = "", Version = "v1", Kind = "ConfigMap", Plural = "configmaps", Namespaced = true },
    ]);

    public static ObjectKey MapKey(string name, string ns = "default") => new("configmaps", ns, name);

    public static CreateObject CreateMap(string name, string value = "", string ns = "default")
    {
        var uid = Guid.NewGuid().ToString();
        return new(MapKey(name, ns), uid, Map(name, uid, value, ns));
    }

    public static UpdateObject UpdateMap(StoredObject present, string value) =>
        new(present.Key, present.Revision, Map(present.Key.Name, present.Uid, value, present.Key.Namespace));

    public static DeleteObject Delete(StoredObject present) => new(present.Key, present.Revision);

    public static byte[] Map(string name, string uid, string value, string ns = "default") => Encoding.UTF8.GetBytes(
        $$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"{{name}}","namespace":"{{ns}}","uid":"{{uid}}"},"data":{"value":"{{value}}"} }""");

    public static string Value(StoredObject map)
    {
        using var json = System.Text.Json.JsonDocument.Parse(map.Json);
        return json.RootElement.GetProperty("data").GetProperty("value").GetString()!;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Ownership;

/// <summary>
/// The annotation of kubectl's client-side apply. What kubectl applied so is its own when it goes on to server-side apply: no conflict, and the
/// annotation follows, so that going back works too. Appliers with names of their own have nothing to do with it.
/// </summary>
internal static class LastApplied
{
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    private const string Kubectl = "kubectl";
    private const int MaxDepth = 64;

    /// <summary>True where all that an apply of kubectl would conflict in was applied by kubectl itself and has not been changed since.</summary>
    public static bool Allows(JsonObject live, JsonObject applied, FieldShape shape, ManagedFields owners, FieldOwner applier, string apiVersion)
    {
        if (applier.Name != Kubectl || Text(live) is not { Length: > 0 } text || Parse(text) is not { } last || last.Text("apiVersion") != apiVersion)
        {
            return false;
        }

        var declared = FieldSets.Present(last, shape);
        var difference = FieldComparison.Of(last, live, shape);
        var own = declared.Except(difference.Changed).Except(difference.Removed);
        var merged = StructuredMerge.Merge(live, applied, shape);
        var changed = FieldComparison.Of(live, merged, shape).Changed;
        return owners.Entries.Where(e => e.Key != applier).All(e => e.Value.Fields.Intersect(changed).Except(own).IsEmpty);
    }

    /// <summary>Puts the configuration into the annotation of an object that has it.</summary>
    public static void Update(JsonObject obj, JsonObject applied, FieldOwner applier)
    {
        if (applier.Name != Kubectl || string.IsNullOrEmpty(Text(obj)) || obj.Child("metadata", "annotations") is not { } annotations)
        {
            return;
        }

        var copy = (JsonObject)applied.DeepClone();
        copy.Child("metadata", "annotations")?.Remove(Annotation);
        annotations[Annotation] = copy.ToJsonString() + "\n";
    }

    private static string? Text(JsonObject obj) => obj.Child("metadata", "annotations").Text(Annotation);

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonTree.Parse(new(System.Text.Encoding.UTF8.GetBytes(text)), MaxDepth, dropNulls: true) as JsonObject;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

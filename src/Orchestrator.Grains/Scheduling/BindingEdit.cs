using System.Text.Json;
using Orchestrator.Grains.Objects;
using Orchestrator.Store;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Edits of a stored pod that the scheduler makes, as mutations that count only against the state they were made from.</summary>
internal static class BindingEdit
{
    private const string PodScheduled = "PodScheduled";

    /// <summary>Sets spec.nodeName and the condition PodScheduled=True.</summary>
    public static UpdateObject Bind(StoredObject pod, string nodeName, DateTimeOffset now)
    {
        ReadOnlySpan<byte> json = pod.Json.Span;
        var edits = new JsonEdits();
        byte[] name = [(byte)'"', .. JsonEncodedText.Encode(nodeName).EncodedUtf8Bytes, (byte)'"'];
        Span spec = JsonMembers.Find(json, new Span(0, json.Length), "spec"u8)
            ?? throw new JsonException($"{pod.Key} has no spec");
        if (JsonMembers.Find(json, spec, "nodeName"u8) is { } present)
        {
            edits.Replace(present, name);
        }
        else
        {
            edits.InsertMember(json, spec, "nodeName"u8, name);
        }

        ConditionEdit.Set(json, new ConditionValue(PodScheduled, "True", "", ""), now, edits);
        return new UpdateObject(pod.Key, pod.Revision, ConditionEdit.Body(pod, edits)!);
    }

    /// <summary>Sets the condition PodScheduled=False; null where it says that already.</summary>
    public static UpdateObject? Unschedulable(StoredObject pod, string message, DateTimeOffset now)
    {
        var edits = new JsonEdits();
        ConditionEdit.Set(pod.Json.Span, new ConditionValue(PodScheduled, "False", "Unschedulable", message), now, edits);
        return ConditionEdit.Body(pod, edits) is { } body ? new UpdateObject(pod.Key, pod.Revision, body) : null;
    }
}

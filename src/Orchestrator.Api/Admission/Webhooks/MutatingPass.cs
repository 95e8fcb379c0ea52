using System.Text.Json.Nodes;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Responses;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>
/// The mutating webhooks' turn at one write: one after another, each sees what those before it made. A webhook that asks for it is called once more where the
/// object was changed after its turn, by another webhook or by the server's own rules, which run between the two rounds. There is no third.
/// </summary>
internal sealed class MutatingPass(IReadOnlyList<Webhook> webhooks, WebhookSubject subject, WebhookMatching matching, WebhookCaller caller, PatchedObjects patched)
{
    // Called, and not since the last change.
    private readonly HashSet<(string, int)> _settled = [];
    private readonly HashSet<(string, int)> _outdated = [];
    private JsonNode? _lastResult;

    public bool IsChanged { get; private set; }

    public async ValueTask<StatusError?> RunAsync(int round, CancellationToken cancel)
    {
        if (round > 0 && !JsonNode.DeepEquals(_lastResult, subject.Object))
        {
            OutdateSettled();
        }

        for (int i = 0; i < webhooks.Count; i++)
        {
            Webhook webhook = webhooks[i];
            if (matching.KindFor(webhook, subject) is not { } kind || (round > 0 && !_outdated.Contains((webhook.Configuration, webhook.Index))))
            {
                continue;
            }

            Outcome<bool> changed = await CallAsync(webhook, kind, cancel);
            if (changed.Error is not null)
            {
                return changed.Error;
            }

            Audit(webhook, round, i, changed.Value);
            if (changed.Value)
            {
                IsChanged = true;
                OutdateSettled();
            }

            if (webhook.IsReinvocable)
            {
                _settled.Add((webhook.Configuration, webhook.Index));
            }
        }

        _lastResult = IsChanged ? subject.Object?.DeepClone() : null;
        return null;
    }

    /// <summary>True where the webhook changed the object.</summary>
    private async ValueTask<Outcome<bool>> CallAsync(Webhook webhook, ResourceKind kind, CancellationToken cancel)
    {
        Outcome<ReviewVerdict?> answer = await caller.AskAsync(AdmissionReview.Write(webhook, kind, subject), isMutating: true, cancel);
        if (answer.Error is not null)
        {
            return answer.Error;
        }

        if (answer.Value is not { } verdict)
        {
            return false;
        }

        WebhookCaller.Tell(subject, webhook, verdict);
        return verdict.Refusal is { } refusal ? refusal
            : verdict.Patch.Count == 0 ? false
            : subject.Object is not { } obj ? StatusErrors.InternalError(
                $"admission webhook \"{webhook.Name}\" attempted to modify the object, which is not supported for this operation")
            : patched.Apply(subject, obj, kind, webhook, verdict.Patch);
    }

    private void OutdateSettled()
    {
        _outdated.UnionWith(_settled);
        _settled.Clear();
    }

    private void Audit(Webhook webhook, int round, int index, bool isMutated) => AuditRecord.Annotate(
        subject.Call.Http,
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"mutation.webhook.admission.k8s.io/round_{round}_index_{index}"),
        new JsonObject { ["configuration"] = webhook.Configuration, ["webhook"] = webhook.Name, ["mutated"] = isMutated }.ToJsonString());
}

using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Auditing;

/// <summary>Records requests as the policy asks. Where nothing is audited it is not registered, and costs nothing.</summary>
internal sealed class Auditor(AuditOptions options, AuditLog log, TimeProvider time)
{
    /// <summary>Begins the record of a request whose user is known; null where the policy wants none.</summary>
    public AuditRecord? Begin(HttpContext context, RequestInfo request, UserInfo? user)
    {
        var decision = options.Policy.Decide(user, request);
        if (decision.Level == AuditLevel.None)
        {
            return null;
        }

        var record = new AuditRecord(request, decision, options, time.GetUtcNow()) { User = user };
        context.Features.Set(record);
        context.Response.Headers["Audit-Id"] = record.Id;
        Write(context, record, AuditStage.RequestReceived);
        if (record.IsLong && !decision.OmitStages.Contains(AuditStage.ResponseStarted))
        {
            context.Response.OnStarting(() =>
            {
                Write(context, record, AuditStage.ResponseStarted);
                return Task.CompletedTask;
            });
        }

        return record;
    }

    public void Complete(HttpContext context, AuditRecord record) =>
        Write(context, record, record.Error is { Reason: "InternalError" } ? AuditStage.Panic : AuditStage.ResponseComplete);

    private void Write(HttpContext context, AuditRecord record, AuditStage stage)
    {
        if (!record.Decision.OmitStages.Contains(stage))
        {
            log.Add(AuditEvents.Line(context, record, stage, time.GetUtcNow()));
        }
    }
}

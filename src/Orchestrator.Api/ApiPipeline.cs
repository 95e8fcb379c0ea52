using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Auditing;
using Orchestrator.Api.Flow;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security;
using Orchestrator.Api.Telemetry;
using Orchestrator.Api.Verbs;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Store.Commit;

namespace Orchestrator.Api;

/// <summary>
/// The way of every request, in one place: parse the path, authenticate, act as whom the user asks to act as, wait for a seat, authorize, then the verb.
/// Paths that are not of the API
/// (<c>/healthz</c>, <c>/metrics</c>) go on to the next middleware once they are authenticated and authorized.
/// </summary>
internal sealed partial class ApiPipeline(
    ServedKinds kinds,
    IEnumerable<IAuthenticator> authenticators,
    Impersonation impersonation,
    FlowControl flow,
    AuthorizerChain authorizers,
    VerbRouter verbs,
    ApiMetrics metrics,
    TimeProvider clock,
    ILogger<ApiPipeline> logger,
    Auditor? auditor = null)
{
    private readonly IAuthenticator[] _authenticators = [.. authenticators];

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var started = clock.GetTimestamp();
        var request = RequestPath.Parse(kinds.Current, context.Request.Method, context.Request.Path.Value ?? "/", context.Request.Query);
        using var activity = ApiMetrics.Start(request);
        var error = await TryHandleAsync(context, request, next);
        if (error is not null)
        {
            await StatusWriter.WriteAsync(context, error);
        }

        if (auditor is not null && context.Features.Get<AuditRecord>() is { } record)
        {
            record.Error = error;
            auditor.Complete(context, record);
        }

        metrics.Answered(request, context.Response.StatusCode, clock.GetElapsedTime(started));
    }

    private async ValueTask<StatusError?> TryHandleAsync(HttpContext context, RequestInfo request, RequestDelegate next)
    {
        try
        {
            return await ServeAsync(context, request, next);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (StoreUnavailableException e)
        {
            LogStoreUnavailable(e.Message);
            return StatusErrors.ServiceUnavailable(e.Message);
        }
        catch (BadHttpRequestException e)
        {
            var reason = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "RequestEntityTooLarge" : "BadRequest";
            return new StatusError { Code = e.StatusCode, Reason = reason, Message = e.Message };
        }
        catch (ObjectTooLargeException e)
        {
            return StatusErrors.TooLarge(e.MaxBytes);
        }
        catch (Exception e)
        {
            LogFailed(e, context.Request.Method, context.Request.Path);
            return StatusErrors.InternalError("see the server's log");
        }
    }

    private async ValueTask<StatusError?> ServeAsync(HttpContext context, RequestInfo request, RequestDelegate next)
    {
        var user = await AuthenticateAsync(context);
        var audited = auditor?.Begin(context, request, user);
        if (user is null)
        {
            return StatusErrors.Unauthorized;
        }

        if (Impersonation.IsAsked(context.Request.Headers))
        {
            var impersonated = await impersonation.ApplyAsync(context.Request.Headers, user, context.RequestAborted);
            if (impersonated.Failed)
            {
                return impersonated.Error;
            }

            user = impersonated.Value;
            audited?.Impersonated = user;
        }

        context.Features.Set(user);
        using var seat = await flow.EnterAsync(user, request, context.RequestAborted);
        if (seat is null)
        {
            return StatusErrors.TooManyRequests;
        }

        var decision = await authorizers.DecideAsync(user, request, context.RequestAborted);
        audited?.Authorization = decision;
        if (!decision.Allowed)
        {
            return StatusErrors.Forbidden(user, request, decision.Reason);
        }

        return await verbs.RouteAsync(new ApiCall(context, request, user, seat), next);
    }

    private async ValueTask<UserInfo?> AuthenticateAsync(HttpContext context)
    {
        foreach (var authenticator in _authenticators)
        {
            if (await authenticator.AuthenticateAsync(context) is { } user)
            {
                return user;
            }
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the store cannot be reached: {Reason}")]
    private partial void LogStoreUnavailable(string reason);
}

namespace Orchestrator.Api.Auditing;

/// <summary>How much of a request is recorded (<c>audit.k8s.io/v1</c>), each level all of the one before.</summary>
public enum AuditLevel
{
    None,

    /// <summary>Who, what, when and with what result, without bodies.</summary>
    Metadata,

    /// <summary>Also the request's body.</summary>
    Request,

    /// <summary>Also the response's body.</summary>
    RequestResponse,
}

/// <summary>When a request is recorded.</summary>
public enum AuditStage
{
    RequestReceived,

    /// <summary>Of requests that last (watches, logs): their headers have been sent.</summary>
    ResponseStarted,

    ResponseComplete,

    /// <summary>The server failed.</summary>
    Panic,
}

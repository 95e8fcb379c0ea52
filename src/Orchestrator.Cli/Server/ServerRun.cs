using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Security.Pki;
using Orchestrator.Cli.Commands;
using Orchestrator.Store;
using Orchestrator.Store.PrivatePostgres;

namespace Orchestrator.Cli.Server;

/// <summary>Runs a server until it is told to stop, and says in plain words why one does not start.</summary>
internal static class ServerRun
{
    /// <exception cref="CommandFailedException">It cannot start; the message says what to do.</exception>
    public static async Task RunAsync(ServerOptions options, CancellationToken cancel)
    {
        using DataDirectory held = DataDirectory.Take(options.DataDirectory);
        try
        {
            using var certificates = ClusterCertificates.Open(options.DataDirectory, [options.EffectiveAddress, options.Services.ApiAddress], TimeProvider.System);
            await using WebApplication app = ServerHost.Build(options, certificates);
            ServerLogging.LogStarting(app.Logger, options.DataDirectory, ServerLogging.Describe(options.Database));
            await StartAsync(app, options, cancel);
            await app.WaitForShutdownAsync(cancel);
            ServerLogging.LogStopped(app.Logger);
        }
        catch (Exception e) when (Explain(e, options) is not null)
        {
            throw new CommandFailedException(Explain(e, options)!);
        }
    }

    private static async Task StartAsync(WebApplication app, ServerOptions options, CancellationToken cancel)
    {
        // Asked first, because the API listens last: a database and a silo would be started for nothing.
        using (var probe = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
        {
            probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Bind(options.Listen);
        }

        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            // What has been started must end in order, not by being pulled from under its own threads.
            await app.StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>What the user can do about a failed start; null where the failure is ours.</summary>
    internal static string? Explain(Exception failure, ServerOptions options) => failure switch
    {
        PkiException or PrivatePostgresException => failure.Message,
        StoreUnavailableException => $"{failure.Message}; check --database or {ServerOptions.DatabaseVariable}",
        IOException { InnerException: AddressInUseException } => $"{options.Listen} is taken by another program: stop it, or choose another address with --listen",
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => $"{options.Listen} is taken by another program: stop it, or choose another address with --listen",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => $"{options.Listen.Address} is no address of this machine: choose another with --listen",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => $"{options.Listen} may not be used by this user: choose a port above 1023 with --listen",
        UnauthorizedAccessException => $"{failure.Message}: run as a user who may write to {options.DataDirectory}, or choose another directory with --data-dir",
        ArgumentException { ParamName: "connectionString" or "keyword" } => $"the connection string is malformed: {failure.Message}",
        _ => null,
    };
}

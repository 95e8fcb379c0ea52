using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Servers;

/// <summary>A server as its users run it: <c>orchestrator server</c> in a process of its own, with a private PostgreSQL and a data directory that is deleted at the end.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private const int ConnectAttempts = 5;

    private readonly DirectoryInfo _directory;
    private readonly ProgramProcess _program;
    private readonly Uri _address;
    private int? _postmasterId;

    private ServerProcess(DirectoryInfo directory, ProgramProcess program, Uri address)
    {
        _directory = directory;
        _program = program;
        _address = address;
    }

    /// <summary>CPU time so far of the server and of its PostgreSQL.</summary>
    public TimeSpan? CpuTime => ProcessTree.CpuOf(_program.Id) + (PostmasterId is { } postmaster ? ProcessTree.CpuOf(postmaster) : TimeSpan.Zero);

    /// <summary>Memory of the server and of its PostgreSQL, in bytes, pages that processes share counted once.</summary>
    public (long Server, long Database) Memory =>
        (ProcessTree.MemoryOf(_program.Id, withChildren: false), PostmasterId is { } postmaster ? ProcessTree.MemoryOf(postmaster, withChildren: true) : 0);

    /// <summary>The server and its PostgreSQL.</summary>
    public IReadOnlyList<Component> Components => [_program.Component, new("postgresql", () => PostmasterId, WithChildren: true)];

    /// <summary>Ids of the processes of its PostgreSQL.</summary>
    public IEnumerable<int> DatabaseProcesses => PostmasterId is { } postmaster ? ProcessTree.MembersOf(postmaster) : [];

    /// <summary>Where the server keeps its certificates and its administrator's kubeconfig.</summary>
    public string DataDirectory => _directory.FullName;

    private int? PostmasterId
    {
        get
        {
            if (_postmasterId is null && _directory.EnumerateFiles("postmaster.pid", SearchOption.AllDirectories).FirstOrDefault() is { } file)
            {
                _postmasterId = int.Parse(File.ReadLines(file.FullName).First(), CultureInfo.InvariantCulture);
            }

            return _postmasterId;
        }
    }

    public static async Task<ServerProcess> StartAsync(CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-load-");
        var port = FreePort();
        var program = new ProgramProcess("server", "server", "--data-dir", directory.FullName, "--listen", $"127.0.0.1:{port}");
        var server = new ServerProcess(directory, program, new Uri($"https://127.0.0.1:{port}"));
        var started = Stopwatch.GetTimestamp();
        while (!File.Exists(Path.Combine(directory.FullName, "admin.kubeconfig")))
        {
            if (program.HasEnded || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                var reason = program.HasEnded ? program.Remains : $"it did not start within {StartLimit}";
                await server.DisposeAsync();
                throw new LoadException($"the server cannot be started: {reason}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
        }

        return server;
    }

    /// <summary>So many connections with the administrator's certificate.</summary>
    public Task<ApiConnection[]> ConnectAsync(int count, CancellationToken cancel) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => ConnectAsync(cancel)));

    /// <summary>Closes connections.</summary>
    public static ValueTask Close(IEnumerable<ApiConnection> connections)
    {
        foreach (var connection in connections)
        {
            connection.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A connection with the administrator's certificate.</summary>
    public async Task<ApiConnection> ConnectAsync(CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OpenAsync(cancel);
            }
            catch (IOException) when (attempt < ConnectAttempts)
            {
                // On a machine that is busy with something else the server gives up handshakes that take long.
            }
        }
    }

    private Task<ApiConnection> OpenAsync(CancellationToken cancel)
    {
        var pki = Path.Combine(_directory.FullName, "pki");
        return ApiConnection.OpenAsync(
            new ClusterAccess(
                _address,
                [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki, "ca.crt"))],
                X509Certificate2.CreateFromPemFile(Path.Combine(pki, "admin.crt"), Path.Combine(pki, "admin.key"))),
            cancel);
    }

    /// <summary>Stops it as its users do, so that it stops its PostgreSQL too.</summary>
    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

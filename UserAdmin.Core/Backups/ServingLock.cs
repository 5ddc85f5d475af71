using Microsoft.Extensions.Hosting;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Backups;

/// <summary>Holds a file beside the SQLite database as long as a server runs on it, so that nobody puts another one in its place. The operating system lets go when the server dies.</summary>
public sealed class ServingLock(TenantDirectory tenants) : IHostedService, IDisposable
{
    private FileStream? held;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (tenants.Default.Provider == DatabaseProvider.Sqlite)
            held = new(FileOf(tenants.Default), FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => held?.Dispose();

    /// <summary>Keeps servers from starting; null when one runs.</summary>
    internal static IDisposable? TryKeepOut(Tenant host)
    {
        try
        {
            return new FileStream(FileOf(host), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string FileOf(Tenant host) => BackupService.FileOf(host) + ".serving";
}

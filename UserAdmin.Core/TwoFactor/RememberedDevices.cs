using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Core.TwoFactor;

/// <summary>On which devices the second factor is asked for only now and then (B10). Whoever may do more than everybody may is always asked.</summary>
public sealed class RememberedDevices(Devices devices, AccessEvaluator access, Policies policies)
{
    /// <summary>For how many days this user may have a device remembered; 0 is not at all.</summary>
    public async Task<int> DaysAsync(Guid userId, CancellationToken cancel) =>
        (await access.EvaluateAsync(userId, cancel)).IsPrivileged ? 0 : (await policies.GetAsync<SecondFactorPolicy>(cancel)).RememberDays;

    public async Task<bool> KnowAsync(Guid userId, SignInOrigin origin, CancellationToken cancel) =>
        await devices.IsRememberedAsync(userId, origin, cancel) && await DaysAsync(userId, cancel) > 0;
}

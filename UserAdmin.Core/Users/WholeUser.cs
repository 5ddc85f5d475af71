using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

/// <summary>Values of custom fields as somebody wants them and as they were loaded.</summary>
public sealed record CustomChange(IReadOnlyDictionary<Guid, string?> Mine, IReadOnlyDictionary<Guid, string?> Original);

/// <summary>What is to become of a user. Custom fields, and whether they are active, stay as they are where nothing is said.</summary>
public sealed record UserChange(UserForm Mine, UserForm Original, CustomChange? Custom, bool? IsActive, string Reason);

/// <summary>Changes a user's data, custom fields and whether they are active at once: all of it or nothing.</summary>
public sealed class WholeUser(UserAdminDbContext db, UserService users, CustomValues custom, UserLifecycle lifecycle, SecurityActs acts)
{
    /// <summary>Gives back what is wrong with custom fields, by field; empty when all is saved. Problems are those of the services that do the parts.</summary>
    public async Task<Result<IReadOnlyDictionary<Guid, string>>> EditAsync(Guid id, UserChange change, Actor actor, CancellationToken cancel)
    {
        // What is refused for lack of a right is recorded, and a transaction that is given up would take the record with it.
        foreach (var permission in change.IsActive is null ? [Permission.UsersEdit] : new[] { Permission.UsersEdit, Permission.UsersDeactivate })
            if (await acts.RefuseAsync(id, permission, actor, cancel) is { } refused)
                return refused;

        IReadOnlyDictionary<Guid, string> wrong = new Dictionary<Guid, string>();
        var result = await db.WriteAsync(async () =>
        {
            var edited = await users.EditAsync(id, change.Mine, change.Original, actor, cancel);
            if (!edited.Succeeded || edited.Value.Conflicts.Count > 0)
                return edited.Problem ?? Changed;
            if (change.Custom is { } values)
            {
                var saved = await custom.EditAsync(id, values.Mine, values.Original, actor, cancel);
                if (!saved.Succeeded || !saved.Value.IsSaved)
                {
                    wrong = saved.Value?.Wrong ?? wrong;
                    return saved.Problem ?? Changed;
                }
            }
            return change.IsActive is not { } active ? Result.Ok
                : await (active ? lifecycle.ActivateAsync(id, change.Reason, actor, cancel) : lifecycle.DeactivateAsync(id, change.Reason, actor, cancel));
        }, cancel);
        if (!result.Succeeded)
            db.ChangeTracker.Clear();
        if (!result.Succeeded && wrong.Count == 0)
            return result.Problem;
        return new(wrong, null);
    }

    private static Problem Changed => new(ProblemKind.Conflict, "user.conflict", "Somebody else changed the same fields at this moment. Read the user again.");
}

/** Forms on react-hook-form and zod: label above, help below, error beside the field; in a summary on top what no field in view says. Nothing is lost on refusal. */
import { zodResolver } from '@hookform/resolvers/zod';
import { Eye, EyeOff } from 'lucide-react';
import { createContext, type InputHTMLAttributes, type ReactNode, useContext, useId, useState } from 'react';
import { type DefaultValues, type FieldValues, FormProvider, type UseFormReturn, useForm, useFormContext } from 'react-hook-form';
import type { z } from 'zod';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';
import { ProblemSummary, useRefusal } from './form-refusal.tsx';

type Size = 'normal' | 'form';
const FormSizeContext = createContext<Size>('normal');
const controlSizes: Readonly<Record<Size, string>> = {
  normal: 'h-8 rounded-control px-2.5 text-body',
  form: 'h-10 rounded-form px-3.5 text-read',
};
const control = 'finger w-full border border-line-strong bg-surface disabled:bg-sunken disabled:text-ink-3 aria-invalid:border-critical';

type FormProps<Values extends FieldValues, Output> = {
  schema: z.ZodType<Output, Values>;
  initial: DefaultValues<Values>;
  onSubmit: (values: Output) => Promise<unknown> | unknown;
  /** The server's refusal of the last try: what it says of a field goes there, anything else on top. */
  problem?: unknown;
  /** Verb and object of the button; left out when the form has its own. */
  submit?: string;
  busy?: string;
  onCancel?: (() => void) | undefined;
  size?: Size;
  children: ReactNode | ((form: UseFormReturn<Values, unknown, Output>) => ReactNode);
};

export function Form<Values extends FieldValues, Output>(props: FormProps<Values, Output>) {
  const { schema, initial, onSubmit, problem, submit, busy = 'Saving…', onCancel, size = 'normal', children } = props;
  const form = useForm<Values, unknown, Output>({ resolver: zodResolver(schema), defaultValues: initial, shouldFocusError: true });
  const { ref, unsaid } = useRefusal(form, problem);
  const { isSubmitting } = form.formState;
  return (
    <FormSizeContext value={size}>
      <FormProvider {...form}>
        <form
          ref={ref}
          noValidate
          onSubmit={(event) => void form.handleSubmit(async (values) => void (await onSubmit(values)))(event)}
          className="grid gap-4"
        >
          <ProblemSummary problem={problem} unsaid={unsaid} />
          {typeof children === 'function' ? children(form) : children}
          {submit !== undefined && (
            <div className={classNames('flex gap-2', size === 'form' ? 'flex-col' : 'flex-row-reverse justify-start')}>
              <Button type="submit" kind="primary" size={size} busy={isSubmitting && busy}>
                {submit}
              </Button>
              {onCancel && (
                <Button size={size} onClick={onCancel}>
                  Cancel
                </Button>
              )}
            </div>
          )}
        </form>
      </FormProvider>
    </FormSizeContext>
  );
}

type FieldProps = {
  name: string;
  label: string;
  help?: ReactNode;
  /** At the end of the label line: "Forgot your password?" */
  aside?: ReactNode;
};
type FieldFrameProps = FieldProps & { children: (ids: { id: string; describedBy: string | undefined; isInvalid: boolean }) => ReactNode };

/** Label, help and error around any control registered under `name`. */
export function FieldFrame({ name, label, help, aside, children }: FieldFrameProps) {
  const id = useId();
  const { getFieldState, formState } = useFormContext();
  const { error } = getFieldState(name, formState);
  const helpId = help === undefined ? undefined : `${id}-help`;
  const errorId = error ? `${id}-error` : undefined;
  const describedBy = [errorId, helpId].filter((one) => one !== undefined).join(' ') || undefined;
  return (
    <div data-field={name}>
      <div className="flex items-baseline justify-between gap-3 pb-1">
        <label htmlFor={id} className="font-name">
          {label}
        </label>
        {aside}
      </div>
      {children({ id, describedBy, isInvalid: error !== undefined })}
      {error && (
        <p id={errorId} className="mt-1 text-label text-critical-ink">
          {error.message || 'This value is not valid.'}
        </p>
      )}
      {help !== undefined && (
        <p id={helpId} className="mt-1 text-label text-ink-3">
          {help}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = FieldProps &
  Pick<
    InputHTMLAttributes<HTMLInputElement>,
    'type' | 'autoComplete' | 'placeholder' | 'inputMode' | 'autoFocus' | 'disabled' | 'spellCheck'
  > & { mono?: boolean };
export function TextField({ name, label, help, aside, type = 'text', mono, ...rest }: TextFieldProps) {
  const { register } = useFormContext();
  const size = useContext(FormSizeContext);
  return (
    <FieldFrame name={name} label={label} help={help} aside={aside}>
      {({ id, describedBy, isInvalid }) => (
        <input
          id={id}
          type={type}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          className={classNames(control, controlSizes[size], mono && 'mono')}
          {...rest}
          {...register(name, { valueAsNumber: type === 'number' })}
        />
      )}
    </FieldFrame>
  );
}

/** With show and hide; password managers and paste work. */
export function PasswordField({
  name,
  label,
  help,
  aside,
  autoComplete,
  autoFocus,
}: FieldProps & { autoComplete: 'current-password' | 'new-password'; autoFocus?: boolean }) {
  const { register } = useFormContext();
  const size = useContext(FormSizeContext);
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <FieldFrame name={name} label={label} help={help} aside={aside}>
      {({ id, describedBy, isInvalid }) => (
        <div className="relative">
          <input
            id={id}
            type={isShown ? 'text' : 'password'}
            autoComplete={autoComplete}
            // biome-ignore lint/a11y/noAutofocus: only where a form says so, and it is what the person came to fill
            autoFocus={autoFocus}
            spellCheck={false}
            aria-describedby={describedBy}
            aria-invalid={isInvalid || undefined}
            className={classNames(control, controlSizes[size], 'pr-11')}
            {...register(name)}
          />
          <button
            type="button"
            aria-label={isShown ? 'Hide the password' : 'Show the password'}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
            className="absolute inset-y-0 right-1 my-auto inline-flex size-8 items-center justify-center rounded-control text-ink-2 hover:text-ink"
          >
            <Icon size={16} aria-hidden="true" />
          </button>
        </div>
      )}
    </FieldFrame>
  );
}

export function TextAreaField({ name, label, help, aside, rows = 4, placeholder }: FieldProps & { rows?: number; placeholder?: string }) {
  const { register } = useFormContext();
  return (
    <FieldFrame name={name} label={label} help={help} aside={aside}>
      {({ id, describedBy, isInvalid }) => (
        <textarea
          id={id}
          rows={rows}
          placeholder={placeholder}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          className={classNames(control, 'rounded-control px-2.5 py-1.5 text-body')}
          {...register(name)}
        />
      )}
    </FieldFrame>
  );
}

type SelectFieldProps = FieldProps & {
  choices: readonly { readonly value: string; readonly label: string }[] /** First, empty choice: `Nobody`. */;
  none?: string;
};
export function SelectField({ name, label, help, aside, choices, none }: SelectFieldProps) {
  const { register } = useFormContext();
  const size = useContext(FormSizeContext);
  return (
    <FieldFrame name={name} label={label} help={help} aside={aside}>
      {({ id, describedBy, isInvalid }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          className={classNames(control, controlSizes[size])}
          {...register(name)}
        >
          {none !== undefined && <option value="">{none}</option>}
          {choices.map(({ value, label: word }) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

export function CheckboxField({ name, label, help }: Omit<FieldProps, 'aside'>) {
  const id = useId();
  const { register, getFieldState, formState } = useFormContext();
  const { error } = getFieldState(name, formState);
  const describedBy = [...(error ? [`${id}-error`] : []), ...(help === undefined ? [] : [`${id}-help`])].join(' ') || undefined;
  return (
    <div data-field={name} className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        aria-describedby={describedBy}
        aria-invalid={error !== undefined || undefined}
        className="mt-0.5 size-4 flex-none accent-accent"
        {...register(name)}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {error && (
          <p id={`${id}-error`} className="text-label text-critical-ink">
            {error.message || 'This value is not valid.'}
          </p>
        )}
        {help !== undefined && (
          <p id={`${id}-help`} className="text-label text-ink-3">
            {help}
          </p>
        )}
      </div>
    </div>
  );
}
